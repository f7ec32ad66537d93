-- kind: table and views
-- why: which services put what into which attribute: each value that scrubbing has changed is counted, by rule
-- reads: assay_decoded_spans, assay_decoded_logs, otel_metrics_*
-- gives: values by minute of receipt, signal, service, place (attributes.<key>, resource.attributes.<key>, event.attributes.<key>, name, body, …) and
--        rule (several with a space between them, if more than one changed the value); sum them. A value of a resource counts for each item of it

CREATE TABLE IF NOT EXISTS assay_scrubbed_values
(
    Minute DateTime CODEC(Delta, ZSTD(1)),
    Signal LowCardinality(String),
    ServiceName LowCardinality(String),
    Place LowCardinality(String),
    Rule LowCardinality(String),
    Items UInt64 CODEC(ZSTD(1))
)
ENGINE = SummingMergeTree
PARTITION BY toDate(Minute)
ORDER BY (Signal, ServiceName, Place, Rule, Minute)
SETTINGS non_replicated_deduplication_window = 1000;

CREATE MATERIALIZED VIEW IF NOT EXISTS assay_scrubbed_spans_mv TO assay_scrubbed_values AS
SELECT toStartOfMinute(ReceivedAt) AS Minute, 'traces' AS Signal, ServiceName, tupleElement(hit, 1) AS Place, tupleElement(hit, 2) AS Rule, count() AS Items
FROM (SELECT ReceivedAt, ServiceName, arrayJoin(Scrubbed) AS hit FROM assay_decoded_spans) GROUP BY Minute, ServiceName, Place, Rule;

CREATE MATERIALIZED VIEW IF NOT EXISTS assay_scrubbed_logs_mv TO assay_scrubbed_values AS
SELECT toStartOfMinute(ReceivedAt) AS Minute, 'logs' AS Signal, ServiceName, tupleElement(hit, 1) AS Place, tupleElement(hit, 2) AS Rule, count() AS Items
FROM (SELECT ReceivedAt, ServiceName, arrayJoin(Scrubbed) AS hit FROM assay_decoded_logs) GROUP BY Minute, ServiceName, Place, Rule;

CREATE MATERIALIZED VIEW IF NOT EXISTS assay_scrubbed_gauge_mv TO assay_scrubbed_values AS
SELECT toStartOfMinute(ReceivedAt) AS Minute, 'metrics' AS Signal, ServiceName, tupleElement(hit, 1) AS Place, tupleElement(hit, 2) AS Rule, count() AS Items
FROM (SELECT ReceivedAt, ServiceName, arrayJoin(Scrubbed) AS hit FROM otel_metrics_gauge) GROUP BY Minute, ServiceName, Place, Rule;

CREATE MATERIALIZED VIEW IF NOT EXISTS assay_scrubbed_sum_mv TO assay_scrubbed_values AS
SELECT toStartOfMinute(ReceivedAt) AS Minute, 'metrics' AS Signal, ServiceName, tupleElement(hit, 1) AS Place, tupleElement(hit, 2) AS Rule, count() AS Items
FROM (SELECT ReceivedAt, ServiceName, arrayJoin(Scrubbed) AS hit FROM otel_metrics_sum) GROUP BY Minute, ServiceName, Place, Rule;

CREATE MATERIALIZED VIEW IF NOT EXISTS assay_scrubbed_histogram_mv TO assay_scrubbed_values AS
SELECT toStartOfMinute(ReceivedAt) AS Minute, 'metrics' AS Signal, ServiceName, tupleElement(hit, 1) AS Place, tupleElement(hit, 2) AS Rule, count() AS Items
FROM (SELECT ReceivedAt, ServiceName, arrayJoin(Scrubbed) AS hit FROM otel_metrics_histogram) GROUP BY Minute, ServiceName, Place, Rule;

CREATE MATERIALIZED VIEW IF NOT EXISTS assay_scrubbed_exp_histogram_mv TO assay_scrubbed_values AS
SELECT toStartOfMinute(ReceivedAt) AS Minute, 'metrics' AS Signal, ServiceName, tupleElement(hit, 1) AS Place, tupleElement(hit, 2) AS Rule, count() AS Items
FROM (SELECT ReceivedAt, ServiceName, arrayJoin(Scrubbed) AS hit FROM otel_metrics_exp_histogram) GROUP BY Minute, ServiceName, Place, Rule;

CREATE MATERIALIZED VIEW IF NOT EXISTS assay_scrubbed_summary_mv TO assay_scrubbed_values AS
SELECT toStartOfMinute(ReceivedAt) AS Minute, 'metrics' AS Signal, ServiceName, tupleElement(hit, 1) AS Place, tupleElement(hit, 2) AS Rule, count() AS Items
FROM (SELECT ReceivedAt, ServiceName, arrayJoin(Scrubbed) AS hit FROM otel_metrics_summary) GROUP BY Minute, ServiceName, Place, Rule
