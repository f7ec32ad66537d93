-- kind: check
-- why: at most 1 % of what a service is asked for fails
-- next: look at what fails on the page of the service, and mend it before anything new is released
-- reads: assay_service_metrics_hourly
-- gives: one row per service and environment that was asked for something; finding is empty where nothing is wrong
SELECT
    ServiceName AS service, Environment AS environment, '' AS subject,
    if(sumIf(Count, StatusCode = 'Error') > 0.01 * sum(Count), concat(toString(round(100 * sumIf(Count, StatusCode = 'Error') / sum(Count), 2)), ' % of requests failed'), '') AS finding
FROM assay_service_metrics_hourly
WHERE SpanKind IN ('Server', 'Consumer') AND Hour >= assay_time_from({start:Int64}, 3600) AND Hour < assay_time_until({end:Int64}, 3600)
GROUP BY ServiceName, Environment
