-- kind: check
-- why: telemetry says where it comes from
-- next: set deployment.environment.name in the resource of the service
-- reads: assay_service_metrics_hourly
-- gives: one row per service; finding is empty where nothing is wrong
SELECT
    ServiceName AS service, '' AS environment, '' AS subject,
    if(sumIf(Spans, Environment = '') > 0, concat(toString(sumIf(Spans, Environment = '')), ' of ', toString(sum(Spans)), ' spans have no deployment.environment.name'), '') AS finding
FROM assay_service_metrics_hourly
WHERE Hour >= assay_time_from({start:Int64}, 3600) AND Hour < assay_time_until({end:Int64}, 3600)
GROUP BY ServiceName
