-- kind: table
-- why: rate, errors and durations of every operation by the minute, from all spans before any sampling
-- reads: assay_service_metrics_mv
-- gives: assay_service_metrics: a row per minute in which spans began, service, span name, kind, status, environment and version.
--        Count is how many spans the senders made (each span received counts as its AdjustedCount), Spans how many were received.
--        DurationSum is in nanoseconds, weighted as Count. Durations counts them by the buckets of OpenTelemetry's exponential
--        histogram at scale 6, so that bucket i holds what is above 2^(i/64) and up to 2^((i+1)/64) nanoseconds; bucket -2 holds zero.
--        Slowest is the longest duration and its trace. Rows of the same key are added up: always ask with sums and GROUP BY
CREATE TABLE IF NOT EXISTS assay_service_metrics
(
    Minute DateTime CODEC(Delta, ZSTD(1)),
    ServiceName LowCardinality(String),
    SpanName LowCardinality(String),
    SpanKind LowCardinality(String),
    StatusCode LowCardinality(String),
    Environment LowCardinality(String),
    Version LowCardinality(String),
    Count SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    Spans SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    DurationSum SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    Durations SimpleAggregateFunction(sumMap, Map(Int16, Float64)) CODEC(ZSTD(1)),
    Slowest SimpleAggregateFunction(max, Tuple(Duration UInt64, TraceId String)) CODEC(ZSTD(1)),
    LastSeen SimpleAggregateFunction(max, DateTime64(9)) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toDate(Minute, 'UTC')
ORDER BY (ServiceName, toStartOfHour(Minute, 'UTC'), SpanName, SpanKind, StatusCode, Environment, Version, Minute)
SETTINGS index_granularity = 512, non_replicated_deduplication_window = 1000
