-- kind: table
-- why: a trace waits for its decision as one row, so that a pass reads each span once
-- reads: otel_traces_recent, by the sampler
-- gives: for the last pass or two, a row for each trace that had new spans in the pass or is still open (Open: not due at the end of it).
--        Hits has a bit for each condition of the policies that a span of the trace met. RootReceivedAt is 2100 without a root.
--        HeadCount is how many traces of the sender's one stands for; Randomness is what the trace state says, with bit 56 set;
--        Entry has the hash of its operation in its lower half. What no policy asks for is 0

CREATE TABLE IF NOT EXISTS assay_trace_summaries
(
    Pass UInt64,
    Slice UInt32,
    Open UInt8,
    TraceId String,
    DueAt DateTime64(6),
    FirstReceivedAt DateTime64(6),
    RootReceivedAt DateTime64(6),
    StartNano Int64,
    EndNano Int64,
    Spans UInt64,
    Bytes UInt64,
    HeadCount Float32,
    Randomness UInt64,
    Entry UInt64,
    Hits UInt64,
    FirstBatch UInt64
)
ENGINE = MergeTree
PARTITION BY Pass
ORDER BY Slice
SETTINGS non_replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS assay_sampling_late
(
    Pass UInt64,
    TraceId String,
    Kept UInt8,
    Policy LowCardinality(String),
    AdjustedCount Float64
)
ENGINE = MergeTree
PARTITION BY Pass
ORDER BY TraceId
SETTINGS non_replicated_deduplication_window = 1000
