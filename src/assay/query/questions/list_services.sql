-- kind: question
-- why: who sends what, and how it goes
-- reads: assay_service_metrics_within, otel_logs, otel_metrics_*
-- gives: one row per service that was heard of in the time range; durations are those of its server and consumer spans
SELECT
    name,
    toUInt64(round(sum(spans))) AS spans, toUInt64(round(sum(errors))) AS errors, sum(log_records) AS log_records, sum(metric_points) AS metric_points,
    toUInt64(round(sum(requests))) AS requests, max(p50) AS p50_ns, max(p95) AS p95_ns, max(p99) AS p99_ns,
    max(last) AS last_seen_ns
FROM
(
    SELECT
        ServiceName AS name, sum(Count) AS spans, sumIf(Count, StatusCode = 'Error') AS errors, 0 AS log_records, 0 AS metric_points,
        sumIf(Count, SpanKind IN ('Server', 'Consumer')) AS requests,
        sumMapIf(Durations, SpanKind IN ('Server', 'Consumer')) AS durations, maxIf(Slowest, SpanKind IN ('Server', 'Consumer')).Duration AS longest,
        if(requests = 0, 0, least(toFloat64(longest), assay_sketch_quantile(durations, 0.5))) AS p50,
        if(requests = 0, 0, least(toFloat64(longest), assay_sketch_quantile(durations, 0.95))) AS p95,
        if(requests = 0, 0, least(toFloat64(longest), assay_sketch_quantile(durations, 0.99))) AS p99,
        max(toUnixTimestamp64Nano(LastSeen)) AS last
    FROM assay_service_metrics_within(start = {start:Int64}, end = {end:Int64})
    GROUP BY ServiceName
    UNION ALL
    SELECT ServiceName, 0, 0, count(), 0, 0, map(), 0, 0, 0, 0, max(toUnixTimestamp64Nano(Timestamp))
    FROM otel_logs
    WHERE Timestamp >= fromUnixTimestamp64Nano({start:Int64}) AND Timestamp < fromUnixTimestamp64Nano({end:Int64})
    GROUP BY ServiceName
    UNION ALL
    SELECT ServiceName, 0, 0, 0, count(), 0, map(), 0, 0, 0, 0, toInt64(max(TimeUnixNano))
    FROM merge('^otel_metrics_(gauge|sum|histogram|exp_histogram|summary)$')
    WHERE TimeUnix >= toDateTime(intDiv({start:Int64}, 1000000000)) AND TimeUnixNano >= {start:Int64} AND TimeUnixNano < {end:Int64}
    GROUP BY ServiceName
)
GROUP BY name
ORDER BY name
