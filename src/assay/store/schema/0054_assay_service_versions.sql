-- kind: table and view
-- why: a service that begins to report another version has been deployed, even if nobody says so
-- reads: assay_decoded_spans
-- gives: one row, once merged, per service, environment, version and day: when its first and last span of that day began

CREATE TABLE IF NOT EXISTS assay_service_versions
(
    Service LowCardinality(String),
    Environment LowCardinality(String),
    Version LowCardinality(String),
    Day Date,
    First SimpleAggregateFunction(min, DateTime64(9, 'UTC')) CODEC(ZSTD(1)),
    Last SimpleAggregateFunction(max, DateTime64(9, 'UTC')) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
ORDER BY (Service, Environment, Version, Day)
SETTINGS index_granularity = 8192, non_replicated_deduplication_window = 1000;

CREATE MATERIALIZED VIEW IF NOT EXISTS assay_service_versions_mv TO assay_service_versions AS
SELECT
    ServiceName AS Service,
    assay_environment(decoded.Environment) AS Environment,
    Version,
    PartitionDate AS Day,
    min(if(toDate(Timestamp, 'UTC') = PartitionDate, Timestamp, ReceivedAt)) AS First,
    max(if(toDate(Timestamp, 'UTC') = PartitionDate, Timestamp, ReceivedAt)) AS Last
FROM assay_decoded_spans AS decoded
WHERE Version != '' AND Stage != 'filtered'
GROUP BY Service, Environment, Version, Day
