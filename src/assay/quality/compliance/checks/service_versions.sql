-- kind: check
-- why: telemetry says which version it is of
-- next: set service.version in the resource of the service, at its build
-- reads: assay_service_metrics_hourly
-- gives: one row per service; finding is empty where nothing is wrong
SELECT
    ServiceName AS service, '' AS environment, '' AS subject,
    if(sumIf(Spans, Version = '') > 0, concat(toString(sumIf(Spans, Version = '')), ' of ', toString(sum(Spans)), ' spans have no service.version'), '') AS finding
FROM assay_service_metrics_hourly
WHERE Hour >= assay_time_from({start:Int64}, 3600) AND Hour < assay_time_until({end:Int64}, 3600)
GROUP BY ServiceName
