-- kind: check
-- why: telemetry says which service it is of
-- next: set service.name in the resource, such as by OTEL_SERVICE_NAME
-- reads: assay_service_metrics_hourly
-- gives: one row per service; finding is empty where nothing is wrong
SELECT ServiceName AS service, '' AS environment, '' AS subject, if(ServiceName = '' OR startsWith(ServiceName, 'unknown_service'), 'no service.name', '') AS finding
FROM assay_service_metrics_hourly
WHERE Hour >= assay_time_from({start:Int64}, 3600) AND Hour < assay_time_until({end:Int64}, 3600)
GROUP BY ServiceName
