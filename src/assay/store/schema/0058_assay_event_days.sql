-- kind: table and views
-- why: what was reported wins over what Assay concludes, and what it concludes with more ground over less; this says cheaply who tells of what
-- reads: assay_event_records, assay_inferred_records, assay_event_points
-- gives: one row, once merged, per event name, service, environment (of deployments; else empty) and day (UTC) on which or beside which there
--        is something: Strength is 0 if it was reported, 1 if it is concluded from a span, 2 if the service counts it in a metric itself

CREATE TABLE IF NOT EXISTS assay_event_days
(
    EventName LowCardinality(String),
    Service LowCardinality(String),
    Environment LowCardinality(String),
    Day Date,
    Strength SimpleAggregateFunction(min, UInt8)
)
ENGINE = AggregatingMergeTree
ORDER BY (EventName, Service, Environment, Day)
SETTINGS index_granularity = 8192, non_replicated_deduplication_window = 1000;

CREATE MATERIALIZED VIEW IF NOT EXISTS assay_event_days_reported_mv TO assay_event_days AS
SELECT DISTINCT EventName, Service, if(EventName = 'qms.deployment.finished', Environment, '') AS Environment,
    arrayJoin([toDate(Time) - 1, toDate(Time), toDate(Time) + 1]) AS Day, toUInt8(0) AS Strength
FROM assay_event_records
WHERE EventName IN ('qms.deployment.finished', 'qms.change.committed', 'qms.incident.opened', 'qms.incident.resolved');

CREATE MATERIALIZED VIEW IF NOT EXISTS assay_event_days_spans_mv TO assay_event_days AS
SELECT DISTINCT EventName, Service, Environment, arrayJoin([toDate(Time) - 1, toDate(Time), toDate(Time) + 1]) AS Day, toUInt8(1) AS Strength
FROM assay_inferred_records;

CREATE MATERIALIZED VIEW IF NOT EXISTS assay_event_days_points_mv TO assay_event_days AS
SELECT DISTINCT 'qms.deployment.finished' AS EventName, Service, Environment, arrayJoin([toDate(Time) - 1, toDate(Time), toDate(Time) + 1]) AS Day, toUInt8(2) AS Strength
FROM assay_event_points
WHERE Metric = 'qms_deployments_total'
