-- kind: table
-- why: caller and callee come in different requests; what is needed of a span to bring them together, in a few bytes
-- reads: assay_call_ends_mv
-- gives: assay_call_ends: a row per span of the last hour or so, by the half minute in which it began (Slot), in partitions of five minutes by time of
--        receipt, which are dropped whole. Id stands for the span and Parent for its parent, 0 if it has none or is known to be of
--        the same process. Batch is in the key of the partitions so that each part knows its range. Peer and PeerKind say whom it called or which queue it used, by its own attributes
CREATE TABLE IF NOT EXISTS assay_call_ends
(
    Slot DateTime CODEC(Delta, LZ4),
    Id UInt64 CODEC(NONE),
    Parent UInt64 CODEC(LZ4),
    Batch UInt64 CODEC(Delta, LZ4),
    ReceivedAt DateTime CODEC(Delta, LZ4),
    ServiceName LowCardinality(String),
    SpanKind LowCardinality(String),
    Environment LowCardinality(String),
    Error UInt8,
    Duration UInt64,
    Count Float64,
    Peer LowCardinality(String),
    PeerKind LowCardinality(String)
)
ENGINE = MergeTree
PARTITION BY (toStartOfFiveMinutes(ReceivedAt), intDiv(Batch, 1000000000000000))
ORDER BY Slot
SETTINGS non_replicated_deduplication_window = 1000, min_parts_to_merge_at_once = 32
