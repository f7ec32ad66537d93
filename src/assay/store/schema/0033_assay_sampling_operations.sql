-- kind: table
-- why: operations of high volume are sampled less; how much they are is measured before any sampling
-- reads: otel_traces_recent, by the sampler
-- gives: for each pass and operation of a service, its spans

CREATE TABLE IF NOT EXISTS assay_sampling_operations
(
    At DateTime('UTC'),
    ServiceName LowCardinality(String),
    SpanName LowCardinality(String),
    Spans UInt64
)
ENGINE = MergeTree
PARTITION BY toStartOfHour(At)
ORDER BY (At, ServiceName, SpanName)
SETTINGS non_replicated_deduplication_window = 1000
