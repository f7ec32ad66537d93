-- kind: question
-- why: what a baseline keeps of a time, and what a comparison needs of each of its sides
-- reads: assay_service_metrics_within
-- gives: a row per service, environment, operation and hour of the week (0 is Monday 00:00 UTC; -1 unless by_hour) with requests; all operations together
--        are ''. Requests and errors are adjusted for the sampling of senders, received is how many spans came; durations are counted by
--        bucket, as in assay_service_metrics. Hours is in how many hours there were some; first_ns is the minute of the first one, or its hour
--        if that is older; last_ns is when the last one began
SELECT
    ServiceName AS service, Environment AS environment, operation,
    if({by_hour:Bool}, (toDayOfWeek(Time, 0, 'UTC') - 1) * 24 + toHour(Time, 'UTC'), -1) AS hour,
    sum(Count) AS requests, sumIf(Count, StatusCode = 'Error') AS errors, sum(Spans) AS received, sumMap(Durations) AS durations,
    uniqExact(toStartOfHour(Time, 'UTC')) AS hours, toInt64(toUnixTimestamp(min(Time))) * 1000000000 AS first_ns,
    toUnixTimestamp64Nano(max(LastSeen)) AS last_ns
FROM assay_service_metrics_within(start = {start:Int64}, end = {end:Int64})
ARRAY JOIN if({by_operation:Bool}, ['', toString(SpanName)], if({operation:String} = '', [''], [toString(SpanName)])) AS operation
WHERE (SpanKind IN ('Server', 'Consumer') OR notEmpty({operation:String}) OR notEmpty({operation_matching:String}))
    AND (empty({service:String}) OR ServiceName = {service:String})
    AND (empty({operation:String}) OR SpanName = {operation:String})
    AND (empty({operation_matching:String}) OR match(SpanName, {operation_matching:String}))
    AND (empty({environment:String}) OR assay_environment(Environment) = assay_environment({environment:String}))
    AND (empty({version:String}) OR Version = {version:String})
    AND (empty({other_than:String}) OR Version != {other_than:String})
GROUP BY service, environment, operation, hour
ORDER BY service, environment, operation, hour
LIMIT {limit:UInt32}
