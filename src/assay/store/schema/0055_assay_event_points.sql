-- kind: table and views
-- why: services that only count their deployments and incidents in qms_* metrics are measured too, for as long as events are kept
-- reads: otel_metrics_sum, otel_metrics_histogram
-- gives: one row, once merged, per value that one of the five metrics that tell of events has reached: Time is when it was first seen.
--        Service, Environment, Version, Severity and Category are labels of the guidelines, else attributes of the resource. Value is that
--        of a counter or the count of a histogram, and Seconds its sum. Of deltas each point is a row of its own (Moment is its time)

CREATE TABLE IF NOT EXISTS assay_event_points
(
    Metric LowCardinality(String),
    Service LowCardinality(String),
    Environment LowCardinality(String),
    Version LowCardinality(String),
    Severity LowCardinality(String),
    Category LowCardinality(String),
    Series UInt64,
    Start DateTime64(9, 'UTC') CODEC(ZSTD(1)),
    Value UInt64 CODEC(ZSTD(1)),
    Moment DateTime64(9, 'UTC') CODEC(ZSTD(1)),
    Time SimpleAggregateFunction(min, DateTime64(9, 'UTC')) CODEC(ZSTD(1)),
    Seconds SimpleAggregateFunction(max, Float64) CODEC(ZSTD(1)),
    PartitionDate SimpleAggregateFunction(max, Date)
)
ENGINE = AggregatingMergeTree
ORDER BY (Metric, Service, Environment, Version, Severity, Category, Series, Start, Value, Moment)
SETTINGS index_granularity = 8192, non_replicated_deduplication_window = 1000;

CREATE MATERIALIZED VIEW IF NOT EXISTS assay_event_points_sum_mv TO assay_event_points AS
SELECT
    MetricName AS Metric,
    firstNonDefault(Attributes['service'], Attributes['service.name'], ServiceName) AS Service,
    assay_environment(firstNonDefault(Attributes['environment'], Attributes['deployment.environment.name'], ResourceAttributes['deployment.environment.name'],
        ResourceAttributes['deployment.environment'])) AS Environment,
    firstNonDefault(Attributes['version'], Attributes['service.version']) AS Version,
    Attributes['severity'] AS Severity, '' AS Category,
    cityHash64(ResourceAttributes, ScopeName, Attributes) AS Series,
    fromUnixTimestamp64Nano(toInt64(StartTimeUnixNano)) AS Start, toUInt64(greatest(round(p.Value), 0)) AS Value,
    if(AggregationTemporality = 1, Time, toDateTime64(0, 9)) AS Moment, fromUnixTimestamp64Nano(toInt64(TimeUnixNano)) AS Time, 0. AS Seconds, PartitionDate
FROM otel_metrics_sum AS p
WHERE MetricName IN ('qms_deployments_total', 'qms_failed_deployments_total', 'qms_incidents_total') AND NOT (AggregationTemporality = 1 AND p.Value = 0);

CREATE MATERIALIZED VIEW IF NOT EXISTS assay_event_points_histogram_mv TO assay_event_points AS
SELECT
    MetricName AS Metric,
    firstNonDefault(Attributes['service'], Attributes['service.name'], ServiceName) AS Service,
    assay_environment(firstNonDefault(Attributes['environment'], Attributes['deployment.environment.name'], ResourceAttributes['deployment.environment.name'],
        ResourceAttributes['deployment.environment'])) AS Environment,
    '' AS Version, Attributes['severity'] AS Severity, firstNonDefault(Attributes['qms.change.category'], Attributes['change_type']) AS Category,
    cityHash64(ResourceAttributes, ScopeName, Attributes) AS Series,
    fromUnixTimestamp64Nano(toInt64(StartTimeUnixNano)) AS Start, toUInt64(Count) AS Value,
    if(AggregationTemporality = 1, Time, toDateTime64(0, 9)) AS Moment, fromUnixTimestamp64Nano(toInt64(TimeUnixNano)) AS Time, Sum AS Seconds, PartitionDate
FROM otel_metrics_histogram
WHERE MetricName IN ('qms_lead_time_changes_seconds', 'qms_mttr_seconds') AND NOT (AggregationTemporality = 1 AND Count = 0)
