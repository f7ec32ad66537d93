-- kind: table
-- why: a question on weeks reads hours, a sixtieth of the rows, and they are kept for longer than the minutes
-- reads: assay_service_metrics_hourly_mv
-- gives: assay_service_metrics_hourly: the rows of assay_service_metrics added up by the hour
CREATE TABLE IF NOT EXISTS assay_service_metrics_hourly
(
    Hour DateTime CODEC(Delta, ZSTD(1)),
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
PARTITION BY toDate(Hour, 'UTC')
ORDER BY (ServiceName, SpanName, SpanKind, StatusCode, Environment, Version, Hour)
SETTINGS index_granularity = 256, non_replicated_deduplication_window = 1000
