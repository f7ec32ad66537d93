-- kind: table
-- why: who calls whom, how often, how long it takes and how often it fails, for longer than the spans are kept
-- reads: assay_call_ends, by derive/service_graph.sql
-- gives: assay_service_graph: a row per minute, caller and callee. The kinds are service, database, queue and external (what sends no
--        spans itself). Calls, Errors, DurationSum and Durations are weighted and measured as in assay_service_metrics. When a callee turns out to
--        send spans, the call is taken away from its address by a row with negative counts: always ask with sums and GROUP BY
CREATE TABLE IF NOT EXISTS assay_service_graph
(
    Minute DateTime CODEC(Delta, ZSTD(1)),
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
PARTITION BY toDate(Minute, 'UTC')
ORDER BY (toStartOfHour(Minute, 'UTC'), Caller, CallerKind, Callee, CalleeKind, Environment, Minute)
SETTINGS index_granularity = 256, non_replicated_deduplication_window = 1000
