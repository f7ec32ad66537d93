-- kind: measure
-- why: what the objectives of a gate say of a service: how often it was asked, how often it failed and how long it took
-- reads: assay_service_metrics_within
-- gives: one row per operation with spans; the operation '' stands for all requests or, with operation_matching, for all operations that it matches.
--        Requests and errors are adjusted for the sampling of the senders, received are the spans that came; percentiles are in nanoseconds.
--        Slowest and failed are up to three traces each, the longest first, of different operations or minutes
WITH
    sumMap(Durations) AS sketch, max(tupleElement(Slowest, 'Duration')) AS longest,
    (-toInt64(tupleElement(Slowest, 'Duration')), tupleElement(Slowest, 'TraceId')) AS trace
SELECT
    operation, sum(Count) AS requests, sum(Spans) AS received, sumIf(Count, StatusCode = 'Error') AS errors,
    arrayMap(q -> least(toFloat64(longest), assay_sketch_quantile(sketch, q)), {quantiles:Array(Float64)}) AS percentiles,
    groupArraySortedIf(3)(trace, StatusCode != 'Error') AS slowest, groupArraySortedIf(3)(trace, StatusCode = 'Error') AS failed
FROM assay_service_metrics_within(start = {start:Int64}, end = {end:Int64})
ARRAY JOIN arrayFilter(each -> if(empty(each), notEmpty({operation_matching:String}) OR SpanKind IN ('Server', 'Consumer'), each = SpanName),
    {operations:Array(String)}) AS operation
WHERE ServiceName = {service:String}
    AND (has({operations:Array(String)}, '') OR SpanName IN {operations:Array(String)})
    AND (empty({operation_matching:String}) OR match(SpanName, {operation_matching:String}))
    AND (empty({environment:String}) OR assay_environment(Environment) = assay_environment({environment:String}))
    AND (empty({version:String}) OR Version = {version:String})
GROUP BY operation
