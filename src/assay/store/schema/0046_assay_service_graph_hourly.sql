-- kind: table
-- why: a question on weeks reads hours, and they are kept for longer than the minutes
-- reads: assay_service_graph_hourly_mv
-- gives: assay_service_graph_hourly: the rows of assay_service_graph added up by the hour
CREATE TABLE IF NOT EXISTS assay_service_graph_hourly
(
    Hour DateTime CODEC(Delta, ZSTD(1)),
    Caller LowCardinality(String),
    CallerKind LowCardinality(String),
    Callee LowCardinality(String),
    CalleeKind LowCardinality(String),
    Environment LowCardinality(String),
    Calls SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    Errors SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    DurationSum SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    Durations SimpleAggregateFunction(sumMap, Map(Int16, Float64)) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toDate(Hour, 'UTC')
ORDER BY (Hour, Caller, CallerKind, Callee, CalleeKind, Environment)
SETTINGS index_granularity = 256, non_replicated_deduplication_window = 1000
