-- kind: question
-- why: how often a service was asked, how often it failed and how long it took, over time
-- reads: assay_service_metrics_in_steps
-- gives: one row per series and step; a series is what has the same values of the columns in `by`. Percentiles are nan where nothing was counted.
--        Slow is the longest that did not fail and Failed the longest that did, each with its trace
SELECT * EXCEPT (sketch)
FROM
(
    SELECT
        mapFilter((key, label) -> has({by:Array(String)}, key), map(
            'operation', SpanName, 'kind', lower(SpanKind), 'environment', Environment, 'version', Version, 'status', lower(StatusCode))) AS labels,
        intDiv(toInt64(toUnixTimestamp(Time)) * 1000000000, {step:Int64}) * {step:Int64} AS step_ns,
        sum(Count) AS spans, sumIf(Count, StatusCode = 'Error') AS errors, sum(DurationSum) AS duration_sum_ns,
        sumMap(Durations) AS sketch, arrayMap(q -> least(toFloat64(max(Slowest).Duration), assay_sketch_quantile(sketch, q)), {quantiles:Array(Float64)}) AS percentiles,
        maxIf(Slowest, StatusCode != 'Error') AS slow, maxIf(Slowest, StatusCode = 'Error') AS failed
    FROM assay_service_metrics_in_steps(start = {start:Int64}, end = {end:Int64}, step = {step:Int64})
    WHERE ServiceName = {service:String}
        AND (empty({operation:String}) OR SpanName = {operation:String})
        AND (empty({kinds:Array(String)}) OR SpanKind IN {kinds:Array(String)})
        AND (empty({environment:String}) OR Environment = {environment:String})
        AND (empty({version:String}) OR Version = {version:String})
    GROUP BY labels, step_ns
)
ORDER BY labels, step_ns
LIMIT {limit:UInt32}
