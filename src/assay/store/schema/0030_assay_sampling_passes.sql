-- kind: table
-- why: what the sampler does is on disk before it does it, so that a crash repeats the same pass and nothing is kept twice or lost
-- reads: the sampler
-- gives: for each pass one row when it begins and one more with Done = 1 when all of it is stored. A pass takes the spans of the
--        batches from FromBatch (without it) to ToBatch, and decides what is due at Now; the pass before it ended at Since. LateSince:
--        spans of traces that were decided since then follow that decision. Levels has what is left in the buckets of rate limits.
--        Copied is the batch up to which all kept spans are copied: the batches before the first that has a span of an open trace.
--        Slices: traces are taken in so many parts, by the hash of their ids

CREATE TABLE IF NOT EXISTS assay_sampling_passes
(
    Pass UInt64,
    Done UInt8,
    FromBatch UInt64,
    ToBatch UInt64,
    Since DateTime('UTC'),
    Now DateTime('UTC'),
    LateSince DateTime('UTC'),
    Version UInt64,
    Before UInt64,
    Slices UInt32,
    Copied UInt64,
    Levels Array(Float64),
    Policies String CODEC(ZSTD(1)),
    At DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = MergeTree
PARTITION BY toDate(Now)
ORDER BY (Pass, Done)
