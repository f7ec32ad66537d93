-- kind: question
-- why: a watch looks at what came since it looked last, so that its looks are independent of each other
-- reads: assay_service_metrics
-- gives: a row per minute with requests, the earliest first; the columns of observe.sql
SELECT
    toInt64(toUnixTimestamp(Minute)) * 1000000000 AS minute_ns, sum(Count) AS requests, sumIf(Count, StatusCode = 'Error') AS errors,
    sum(Spans) AS received, sumMap(Durations) AS durations
FROM assay_service_metrics
WHERE ServiceName = {service:String} AND Minute >= assay_time_from({start:Int64}, 60) AND Minute < assay_time_until({end:Int64}, 60)
    AND (SpanKind IN ('Server', 'Consumer') OR notEmpty({operation:String}) OR notEmpty({operation_matching:String}))
    AND (empty({operation:String}) OR SpanName = {operation:String})
    AND (empty({operation_matching:String}) OR match(SpanName, {operation_matching:String}))
    AND (empty({environment:String}) OR assay_environment(Environment) = assay_environment({environment:String}))
    AND (empty({version:String}) OR Version = {version:String})
    AND (empty({other_than:String}) OR Version != {other_than:String})
GROUP BY minute_ns
ORDER BY minute_ns
