-- kind: tables and view
-- why: every span stays in full for the hot window, whatever the sampling keeps of it for longer
-- reads: otel_traces
-- gives: otel_traces_recent, all spans of the last hour or so, in partitions of five minutes by time of receipt, which are dropped whole;
--        few indexes and few merges, as it is small and young. otel_traces gets the columns that say why a span is in it: SamplingPolicy is empty for
--        a span that was stored without sampling (or by a Collector). AdjustedCount is how many spans of the sender's it stands for.
--        Scrubbed has, by the place of a value, the rules that changed it. assay_spans has each span once: inside the hot window from
--        the recent ones, before it from the kept ones; assay_hot_window says where that begins

ALTER TABLE otel_traces
    ADD COLUMN IF NOT EXISTS Scrubbed Map(LowCardinality(String), LowCardinality(String)) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS AdjustedCount Float64 DEFAULT 1 CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS SamplingPolicy LowCardinality(String) CODEC(ZSTD(1));

CREATE TABLE IF NOT EXISTS otel_traces_recent AS otel_traces
ENGINE = MergeTree
PARTITION BY (toStartOfFiveMinutes(ReceivedAt), intDiv(Batch, 1000000000000))
ORDER BY (ServiceName, SpanName, toDateTime(Timestamp))
SETTINGS index_granularity = 8192, non_replicated_deduplication_window = 1000, min_parts_to_merge_at_once = 32;

ALTER TABLE otel_traces_recent
    DROP INDEX IF EXISTS idx_res_attr_key, DROP INDEX IF EXISTS idx_res_attr_value,
    DROP INDEX IF EXISTS idx_span_attr_key, DROP INDEX IF EXISTS idx_span_attr_value;

CREATE VIEW IF NOT EXISTS assay_hot_window AS
SELECT if(count() = 0, toDateTime('2106-01-01'), toStartOfFiveMinutes(min(ReceivedAt))) AS Since FROM otel_traces_recent;

CREATE VIEW IF NOT EXISTS assay_spans AS
SELECT *, StartTimeUnixNano, EndTimeUnixNano, EventTimesUnixNano
FROM otel_traces_recent
UNION ALL
SELECT *, StartTimeUnixNano, EndTimeUnixNano, EventTimesUnixNano
FROM otel_traces
WHERE SamplingPolicy = '' OR ReceivedAt < (SELECT Since FROM assay_hot_window)
