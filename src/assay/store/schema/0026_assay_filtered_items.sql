-- kind: table and views
-- why: what a filter drops is counted, so that what was received adds up: stored, sampled out, filtered, dead letters
-- reads: assay_decoded_spans, assay_decoded_logs, landing_metrics_flat
-- gives: items (spans, log records, data points) by minute of receipt, signal, service and filter; sum them

CREATE TABLE IF NOT EXISTS assay_filtered_items
(
    Minute DateTime CODEC(Delta, ZSTD(1)),
    Signal LowCardinality(String),
    ServiceName LowCardinality(String),
    Filter LowCardinality(String),
    Items UInt64 CODEC(ZSTD(1))
)
ENGINE = SummingMergeTree
PARTITION BY toDate(Minute)
ORDER BY (Signal, Filter, ServiceName, Minute)
SETTINGS non_replicated_deduplication_window = 1000;

CREATE MATERIALIZED VIEW IF NOT EXISTS assay_filtered_spans_mv TO assay_filtered_items AS
SELECT toStartOfMinute(ReceivedAt) AS Minute, 'traces' AS Signal, ServiceName, Filter, count() AS Items
FROM assay_decoded_spans WHERE Stage = 'filtered' GROUP BY Minute, ServiceName, Filter;

CREATE MATERIALIZED VIEW IF NOT EXISTS assay_filtered_logs_mv TO assay_filtered_items AS
SELECT toStartOfMinute(ReceivedAt) AS Minute, 'logs' AS Signal, ServiceName, Filter, count() AS Items
FROM assay_decoded_logs WHERE Filter != '' GROUP BY Minute, ServiceName, Filter;

CREATE MATERIALIZED VIEW IF NOT EXISTS assay_filtered_points_mv TO assay_filtered_items AS
SELECT
    toStartOfMinute(toDateTime(intDiv(received_unix_nano, 1000000000))) AS Minute, 'metrics' AS Signal, service_name AS ServiceName, filter AS Filter,
    sum(length(tupleElement(gauge, 'data_points')) + length(tupleElement(sum, 'data_points')) + length(tupleElement(histogram, 'data_points'))
        + length(tupleElement(exponential_histogram, 'data_points')) + length(tupleElement(summary, 'data_points'))) AS Items
FROM landing_metrics_flat WHERE filter != '' GROUP BY Minute, ServiceName, Filter
