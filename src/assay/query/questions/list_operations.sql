-- kind: question
-- why: what a service does, how often, how long it takes and how often it fails
-- reads: assay_service_metrics_within
-- gives: one row per span name and kind, the most frequent first
SELECT * EXCEPT (sketch)
FROM
(
    SELECT
        SpanName AS name, SpanKind AS kind, toUInt64(round(sum(Count))) AS spans, toUInt64(round(sumIf(Count, StatusCode = 'Error'))) AS errors,
        sumMap(Durations) AS sketch, arrayMap(q -> least(toFloat64(max(Slowest).Duration), assay_sketch_quantile(sketch, q)), [0.5, 0.95, 0.99]) AS durations,
        max(toUnixTimestamp64Nano(LastSeen)) AS last_seen_ns
    FROM assay_service_metrics_within(start = {start:Int64}, end = {end:Int64})
    WHERE ServiceName = {service:String}
    GROUP BY SpanName, SpanKind
)
ORDER BY spans DESC, name, kind
LIMIT {limit:UInt32}
