-- kind: question
-- why: what comes in, and what becomes of it, goes up and down
-- reads: assay_service_metrics_in_steps, otel_traces, otel_logs, otel_metrics_gauge, otel_metrics_sum, otel_metrics_histogram, otel_metrics_exp_histogram,
--        otel_metrics_summary, assay_filtered_items, assay_scrubbed_values
-- gives: items per step by signal and fate: passed (the filters; spans before sampling), kept (spans that stay when the hot window has passed), filtered, and
--        how many values were scrubbed. What passed is there at its own time, what was filtered and scrubbed at that of its receipt
WITH
    fromUnixTimestamp64Nano({start:Int64}) AS since, fromUnixTimestamp64Nano({end:Int64}) AS until,
    toDate(since) - 1 AS first_day, toDate(until) + 1 AS last_day
SELECT signal, fate, intDiv(toInt64(toUnixTimestamp(minute)) * 1000000000, {step:Int64}) * {step:Int64} AS step_ns, sum(items) AS items
FROM
(
    SELECT 'traces' AS signal, 'passed' AS fate, Time AS minute, sum(Spans) AS items
    FROM assay_service_metrics_in_steps(start = {start:Int64}, end = {end:Int64}, step = {step:Int64}) GROUP BY minute
    UNION ALL
    SELECT 'traces', 'kept', toStartOfMinute(Timestamp) AS minute, count()
    FROM otel_traces WHERE PartitionDate BETWEEN first_day AND last_day AND Timestamp >= since AND Timestamp < until GROUP BY minute
    UNION ALL
    SELECT 'logs', 'passed', toStartOfMinute(Timestamp) AS minute, count()
    FROM otel_logs WHERE Timestamp >= since AND Timestamp < until GROUP BY minute
    UNION ALL
    SELECT 'metrics', 'passed', toStartOfMinute(TimeUnix) AS minute, count()
    FROM otel_metrics_gauge WHERE TimeUnix >= since AND TimeUnix < until GROUP BY minute
    UNION ALL
    SELECT 'metrics', 'passed', toStartOfMinute(TimeUnix) AS minute, count()
    FROM otel_metrics_sum WHERE TimeUnix >= since AND TimeUnix < until GROUP BY minute
    UNION ALL
    SELECT 'metrics', 'passed', toStartOfMinute(TimeUnix) AS minute, count()
    FROM otel_metrics_histogram WHERE TimeUnix >= since AND TimeUnix < until GROUP BY minute
    UNION ALL
    SELECT 'metrics', 'passed', toStartOfMinute(TimeUnix) AS minute, count()
    FROM otel_metrics_exp_histogram WHERE TimeUnix >= since AND TimeUnix < until GROUP BY minute
    UNION ALL
    SELECT 'metrics', 'passed', toStartOfMinute(TimeUnix) AS minute, count()
    FROM otel_metrics_summary WHERE TimeUnix >= since AND TimeUnix < until GROUP BY minute
    UNION ALL
    SELECT Signal, 'filtered', Minute AS minute, sum(Items)
    FROM assay_filtered_items WHERE Minute >= since AND Minute < until GROUP BY Signal, minute
    UNION ALL
    SELECT Signal, 'scrubbed', Minute AS minute, sum(Items)
    FROM assay_scrubbed_values WHERE Minute >= since AND Minute < until GROUP BY Signal, minute
)
GROUP BY signal, fate, step_ns
ORDER BY signal, fate, step_ns
