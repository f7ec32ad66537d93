-- kind: question
-- why: who sends what, and how it goes
-- reads: assay_spans, otel_logs, otel_metrics_*
-- gives: one row per service that was heard of in the time range; durations are those of its server and consumer spans
SELECT
    name,
    sum(spans) AS spans, sum(errors) AS errors, sum(log_records) AS log_records, sum(metric_points) AS metric_points,
    sum(requests) AS requests, max(p50) AS p50_ns, max(p95) AS p95_ns, max(p99) AS p99_ns,
    max(last) AS last_seen_ns
FROM
(
    SELECT
        ServiceName AS name, count() AS spans, countIf(StatusCode = 'Error') AS errors, 0 AS log_records, 0 AS metric_points,
        countIf(SpanKind IN ('Server', 'Consumer')) AS requests,
        quantilesTDigestIf(0.5, 0.95, 0.99)(Duration, SpanKind IN ('Server', 'Consumer')) AS durations,
        if(requests = 0, 0, durations[1]) AS p50, if(requests = 0, 0, durations[2]) AS p95, if(requests = 0, 0, durations[3]) AS p99,
        max(toUnixTimestamp64Nano(Timestamp)) AS last
    FROM assay_spans
    WHERE Timestamp >= fromUnixTimestamp64Nano({start:Int64}) AND Timestamp < fromUnixTimestamp64Nano({end:Int64})
    GROUP BY ServiceName
    UNION ALL
    SELECT ServiceName, 0, 0, count(), 0, 0, [], 0, 0, 0, max(toUnixTimestamp64Nano(Timestamp))
    FROM otel_logs
    WHERE Timestamp >= fromUnixTimestamp64Nano({start:Int64}) AND Timestamp < fromUnixTimestamp64Nano({end:Int64})
    GROUP BY ServiceName
    UNION ALL
    SELECT ServiceName, 0, 0, 0, count(), 0, [], 0, 0, 0, toInt64(max(TimeUnixNano))
    FROM merge('^otel_metrics_(gauge|sum|histogram|exp_histogram|summary)$')
    WHERE TimeUnix >= toDateTime(intDiv({start:Int64}, 1000000000)) AND TimeUnixNano >= {start:Int64} AND TimeUnixNano < {end:Int64}
    GROUP BY ServiceName
)
GROUP BY name
ORDER BY name
