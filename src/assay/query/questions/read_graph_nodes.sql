-- kind: question
-- why: how much is asked of each service, database, queue and whatever else is called
-- reads: assay_service_metrics_within, assay_service_graph_within
-- gives: one row per service to which there was a request, server and consumer spans, whoever sent it, and one per callee that sends no spans
--        itself, of the calls to it; only those in one environment if it is given
SELECT * EXCEPT (sketch, longest)
FROM
(
    SELECT
        name, kind, toUInt64(round(sum(count))) AS calls, toUInt64(round(greatest(0, sum(failed)))) AS errors, sum(duration_sum) AS duration_sum_ns,
        mapFilter((bucket, count) -> count > 0, sumMap(durations)) AS sketch, max(slowest) AS longest,
        arrayMap(q -> least(longest, assay_sketch_quantile(sketch, q)), {quantiles:Array(Float64)}) AS percentiles
    FROM
    (
        SELECT
            ServiceName AS name, 'service' AS kind, Count AS count, if(StatusCode = 'Error', Count, 0) AS failed,
            DurationSum AS duration_sum, Durations AS durations, toFloat64(Slowest.Duration) AS slowest
        FROM assay_service_metrics_within(start = {start:Int64}, end = {end:Int64})
        WHERE SpanKind IN ('Server', 'Consumer') AND (empty({environment:String}) OR Environment = {environment:String})
        UNION ALL
        SELECT Callee, CalleeKind, Calls, Errors, DurationSum, Durations, inf
        FROM assay_service_graph_within(start = {start:Int64}, end = {end:Int64})
        WHERE CalleeKind != 'service' AND (empty({environment:String}) OR Environment = {environment:String})
    )
    GROUP BY name, kind
    HAVING round(sum(count)) > 0
)
ORDER BY name, kind
LIMIT {limit:UInt32}
