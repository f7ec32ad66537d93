-- kind: question
-- why: a dry run of scrubbing looks at a part of the items if there are too many
-- reads: assay_spans, otel_logs, otel_metrics_*
-- gives: how many spans, log records and data points came in from {since} to {until} (Unix seconds)
SELECT sum(items) AS items
FROM
(
    SELECT count() AS items FROM assay_spans
    WHERE ReceivedAt >= fromUnixTimestamp({since:Int64}) AND ReceivedAt < fromUnixTimestamp({until:Int64})
    UNION ALL
    SELECT count() FROM merge(currentDatabase(), '^otel_(logs|metrics_(gauge|sum|histogram|exp_histogram|summary))$')
    WHERE ReceivedAt >= fromUnixTimestamp({since:Int64}) AND ReceivedAt < fromUnixTimestamp({until:Int64})
)
