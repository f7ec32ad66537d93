-- kind: table and view
-- why: what was reported wins over what Assay concludes; this says cheaply what is reported, without reading a year of reports
-- reads: assay_event_records
-- gives: a row, once merged, per event name, service, environment (of deployments; else empty) and day (UTC) on which, before or after which
--        something was reported

CREATE TABLE IF NOT EXISTS assay_event_days
(
    EventName LowCardinality(String),
    Service LowCardinality(String),
    Environment LowCardinality(String),
    Day Date
)
ENGINE = ReplacingMergeTree
ORDER BY (EventName, Service, Environment, Day)
SETTINGS index_granularity = 8192, non_replicated_deduplication_window = 1000;

CREATE MATERIALIZED VIEW IF NOT EXISTS assay_event_days_mv TO assay_event_days AS
SELECT DISTINCT EventName, Service, if(EventName = 'qms.deployment.finished', Environment, '') AS Environment,
    arrayJoin([toDate(Time) - 1, toDate(Time), toDate(Time) + 1]) AS Day
FROM assay_event_records
WHERE EventName IN ('qms.deployment.finished', 'qms.change.committed', 'qms.incident.opened', 'qms.incident.resolved')
