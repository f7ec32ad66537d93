-- kind: table and view
-- why: a trace is found by its id without reading every part: this says between which times to look
-- reads: otel_traces
-- gives: for each inserted block and trace the first and the last start of a span; take min(Start) and max(End) of an id. Both are
--        kept between 1970 and 2106, since what lies outside would wrap round in 32 bits: look there too

CREATE TABLE IF NOT EXISTS otel_traces_trace_id_ts
(
    TraceId String CODEC(ZSTD(1)),
    Start DateTime CODEC(Delta, ZSTD(1)),
    End DateTime CODEC(Delta, ZSTD(1)),
    PartitionDate Date DEFAULT toDate(Start) CODEC(ZSTD(1)),
    INDEX idx_trace_id TraceId TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY PartitionDate
ORDER BY (TraceId, Start)
SETTINGS index_granularity = 8192, non_replicated_deduplication_window = 1000;

CREATE MATERIALIZED VIEW IF NOT EXISTS otel_traces_trace_id_ts_mv TO otel_traces_trace_id_ts AS
SELECT
    TraceId,
    greatest(toDateTime64('1970-01-01', 9), least(toDateTime64('2106-01-01', 9), min(Timestamp))) AS Start,
    greatest(toDateTime64('1970-01-01', 9), least(toDateTime64('2106-01-01', 9), max(Timestamp))) AS End,
    PartitionDate
FROM otel_traces
WHERE TraceId != ''
GROUP BY TraceId, PartitionDate
