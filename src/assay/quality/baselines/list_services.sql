-- kind: question
-- why: baselines of all services are taken service by service, so that each of them fits into memory
-- reads: assay_service_metrics_hourly
-- gives: a row per service with requests in the hours that the time touches
SELECT DISTINCT ServiceName AS service
FROM assay_service_metrics_hourly
WHERE Hour >= assay_time_from({start:Int64}, 3600) AND Hour < assay_time_until({end:Int64}, 3600)
    AND (SpanKind IN ('Server', 'Consumer') OR notEmpty({operation:String}))
    AND (empty({service:String}) OR ServiceName = {service:String})
    AND (empty({operation:String}) OR SpanName = {operation:String})
    AND (empty({environment:String}) OR assay_environment(Environment) = assay_environment({environment:String}))
    AND (empty({version:String}) OR Version = {version:String})
ORDER BY service
