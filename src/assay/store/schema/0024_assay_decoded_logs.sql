-- kind: tables and views
-- why: log records and data points carry the remarks of scrubbing as spans do, and can be filtered; each log record passes here once
-- reads: decode_log_records
-- gives: Scrubbed in the tables of logs and metrics: by the place of a value, the rules that changed it. assay_decoded_logs keeps nothing;
--        a record with a Filter goes no further

ALTER TABLE otel_logs ADD COLUMN IF NOT EXISTS Scrubbed Map(LowCardinality(String), LowCardinality(String)) CODEC(ZSTD(1));

ALTER TABLE otel_metrics_gauge ADD COLUMN IF NOT EXISTS Scrubbed Map(LowCardinality(String), LowCardinality(String)) CODEC(ZSTD(1));

ALTER TABLE otel_metrics_sum ADD COLUMN IF NOT EXISTS Scrubbed Map(LowCardinality(String), LowCardinality(String)) CODEC(ZSTD(1));

ALTER TABLE otel_metrics_histogram ADD COLUMN IF NOT EXISTS Scrubbed Map(LowCardinality(String), LowCardinality(String)) CODEC(ZSTD(1));

ALTER TABLE otel_metrics_exp_histogram ADD COLUMN IF NOT EXISTS Scrubbed Map(LowCardinality(String), LowCardinality(String)) CODEC(ZSTD(1));

ALTER TABLE otel_metrics_summary ADD COLUMN IF NOT EXISTS Scrubbed Map(LowCardinality(String), LowCardinality(String)) CODEC(ZSTD(1));

ALTER TABLE landing_metrics_flat
    ADD COLUMN IF NOT EXISTS keys Array(Array(String)),
    ADD COLUMN IF NOT EXISTS texts Array(Array(String)),
    ADD COLUMN IF NOT EXISTS types Array(Array(Enum8('empty' = 0, 'string' = 1, 'bool' = 2, 'int' = 3, 'double' = 4, 'array' = 5, 'map' = 6, 'bytes' = 7))),
    ADD COLUMN IF NOT EXISTS exemplar_keys Array(Array(Array(String))),
    ADD COLUMN IF NOT EXISTS exemplar_texts Array(Array(Array(String))),
    ADD COLUMN IF NOT EXISTS exemplar_types Array(Array(Array(Enum8('empty' = 0, 'string' = 1, 'bool' = 2, 'int' = 3, 'double' = 4, 'array' = 5, 'map' = 6, 'bytes' = 7)))),
    ADD COLUMN IF NOT EXISTS scrubbed Array(Map(LowCardinality(String), LowCardinality(String))),
    ADD COLUMN IF NOT EXISTS filter LowCardinality(String);

CREATE TABLE IF NOT EXISTS assay_decoded_logs ENGINE = Null EMPTY AS SELECT *, CAST('', 'LowCardinality(String)') AS Filter FROM otel_logs;

CREATE MATERIALIZED VIEW IF NOT EXISTS assay_logs_mv TO otel_logs AS
SELECT * EXCEPT Filter FROM assay_decoded_logs WHERE Filter = '';

DROP VIEW IF EXISTS decode_logs
