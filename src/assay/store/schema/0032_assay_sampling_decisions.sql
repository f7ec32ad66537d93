-- kind: table
-- why: why a trace was kept or not can be asked, and late spans follow the decision
-- reads: assay_trace_summaries, by the sampler
-- gives: one row per trace: Kept or not, by which policy (empty: none sampled it), when and why then (root: its root had ended;
--        wait: it had been waited for long enough), how many traces it stands for, and what it looked like then.
--        The many that were not kept have partitions of their own, as they go when nothing is left of their traces

CREATE TABLE IF NOT EXISTS assay_sampling_decisions
(
    TraceId String CODEC(ZSTD(1)),
    TraceHash UInt64 DEFAULT cityHash64(TraceId) CODEC(NONE),
    Kept UInt8,
    Policy LowCardinality(String),
    Reason Enum8('root' = 0, 'wait' = 1),
    AdjustedCount Float64,
    DecidedAt DateTime('UTC') CODEC(Delta, ZSTD(1)),
    FirstReceivedAt DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    Spans UInt64 CODEC(ZSTD(1)),
    DurationNano UInt64 CODEC(ZSTD(1)),
    FirstBatch UInt64 CODEC(Delta, ZSTD(1)),
    Pass UInt64 CODEC(Delta, ZSTD(1)),
    INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY (toDate(DecidedAt), Kept)
ORDER BY DecidedAt
SETTINGS index_granularity = 8192, non_replicated_deduplication_window = 1000
