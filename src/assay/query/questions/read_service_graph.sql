-- kind: question
-- why: who calls whom
-- reads: assay_service_graph_within
-- gives: one row per caller and callee, the most frequent first; only those of one service or environment if it is given
SELECT * EXCEPT (sketch)
FROM
(
    SELECT
        Caller AS caller, CallerKind AS caller_kind, Callee AS callee, CalleeKind AS callee_kind,
        toUInt64(round(sum(Calls))) AS calls, toUInt64(round(greatest(0, sum(Errors)))) AS errors, sum(DurationSum) AS duration_sum_ns,
        mapFilter((bucket, count) -> count > 0, sumMap(Durations)) AS sketch, arrayMap(q -> assay_sketch_quantile(sketch, q), {quantiles:Array(Float64)}) AS percentiles
    FROM assay_service_graph_within(start = {start:Int64}, end = {end:Int64})
    WHERE (empty({service:String}) OR Caller = {service:String} AND CallerKind = 'service' OR Callee = {service:String} AND CalleeKind = 'service')
        AND (empty({environment:String}) OR Environment = {environment:String})
    GROUP BY caller, caller_kind, callee, callee_kind
    HAVING round(sum(Calls)) > 0
)
ORDER BY calls DESC, caller, callee, caller_kind, callee_kind
LIMIT {limit:UInt32}
