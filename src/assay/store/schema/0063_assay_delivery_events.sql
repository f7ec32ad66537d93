-- kind: table and view
-- why: what all measures of delivery start from: each event once, what was reported and what was concluded
-- reads: assay_delivery, quality/facts/concluded_events.sql
-- gives: the table assay_delivery_concluded has one row per event that is concluded from other telemetry, as it was when facts were last worked
--      out; concluding is too much to do it in every statement. The view assay_delivery_events has one row per event, in the columns of
--      assay_delivery.

CREATE TABLE IF NOT EXISTS assay_delivery_concluded
(
    EventName LowCardinality(String),
    EventKey UInt64,
    Inferred Bool,
    Time DateTime64(9, 'UTC'),
    Service LowCardinality(String),
    Team LowCardinality(String),
    Environment LowCardinality(String),
    StreamKey UInt64,
    SubjectKey UInt64,
    Succeeded Bool,
    Kind LowCardinality(String),
    Severity LowCardinality(String),
    VersionKey UInt64,
    Commits Array(UInt64),
    Deployments Array(UInt64),
    IsRemedy Bool,
    StartedAt Nullable(DateTime64(9, 'UTC')),
    Seconds Nullable(Float64)
)
ENGINE = MergeTree
ORDER BY (EventName, EventKey);

CREATE OR REPLACE VIEW assay_delivery_events AS
SELECT EventName, EventKey, Inferred, Time, Service, Team, Environment, StreamKey, SubjectKey, Succeeded, Kind, Severity, VersionKey, Commits, Deployments, IsRemedy, StartedAt, Seconds
FROM assay_delivery FINAL
WHERE NOT Retracted
UNION ALL
SELECT EventName, EventKey, Inferred, Time, Service, Team, Environment, StreamKey, SubjectKey, Succeeded, Kind, Severity, VersionKey, Commits, Deployments, IsRemedy, StartedAt, Seconds
FROM assay_delivery_concluded
