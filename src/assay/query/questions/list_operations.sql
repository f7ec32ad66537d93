-- kind: question
-- why: what a service does, how often, how long it takes and how often it fails
-- reads: assay_spans
-- gives: one row per span name and kind, the most frequent first
SELECT
    SpanName AS name, SpanKind AS kind, count() AS spans, countIf(StatusCode = 'Error') AS errors,
    quantilesTDigest(0.5, 0.95, 0.99)(Duration) AS durations,
    max(toUnixTimestamp64Nano(Timestamp)) AS last_seen_ns
FROM assay_spans
WHERE ServiceName = {service:String}
    AND Timestamp >= fromUnixTimestamp64Nano({start:Int64}) AND Timestamp < fromUnixTimestamp64Nano({end:Int64})
GROUP BY SpanName, SpanKind
ORDER BY spans DESC, name, kind
LIMIT {limit:UInt32}
