-- kind: measure
-- why: what the objectives of a gate say of a service: how often it was asked, how often it failed and how long it took
-- reads: assay_service_metrics_within
-- gives: one row. Requests and errors are adjusted for the sampling of the senders, received are the spans that came; percentiles are in nanoseconds, nan where there are no requests.
--        Slowest and failed are up to three traces each, the longest first, of different operations or minutes
SELECT
    sum(Count) AS requests, sum(Spans) AS received, sumIf(Count, StatusCode = 'Error') AS errors,
    sumMap(Durations) AS sketch, max(tupleElement(Slowest, 'Duration')) AS longest,
    arrayMap(q -> least(toFloat64(longest), assay_sketch_quantile(sketch, q)), {quantiles:Array(Float64)}) AS percentiles,
    groupArraySortedIf(3)((-toInt64(tupleElement(Slowest, 'Duration')), tupleElement(Slowest, 'TraceId')), StatusCode != 'Error') AS slowest,
    groupArraySortedIf(3)((-toInt64(tupleElement(Slowest, 'Duration')), tupleElement(Slowest, 'TraceId')), StatusCode = 'Error') AS failed
FROM assay_service_metrics_within(start = {start:Int64}, end = {end:Int64})
WHERE ServiceName = {service:String}
    AND (empty({operation:String}) OR SpanName = {operation:String})
    AND (empty({operation_matching:String}) OR match(SpanName, {operation_matching:String}))
    AND (empty({kinds:Array(String)}) OR SpanKind IN {kinds:Array(String)})
    AND (empty({environment:String}) OR assay_environment(Environment) = assay_environment({environment:String}))
    AND (empty({version:String}) OR Version = {version:String})
