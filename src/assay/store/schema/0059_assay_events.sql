-- kind: views
-- why: what all measures read: each event once, as it was corrected last, without those that were withdrawn, and what was reported wins
--      over what was concluded
-- reads: assay_event_records, assay_inferred_records, assay_inferred_events, assay_event_days
-- gives: one row per event, in the columns of assay_event_records. An inferred event is left out if on its day (UTC) or the day before or
--        after something stronger tells of such events of the same service (for deployments also environment): a report is stronger than a
--        span, a span than a metric, a metric than a version. assay_concluded_events has only those that are inferred

CREATE OR REPLACE VIEW assay_concluded_events AS
SELECT * FROM assay_inferred_records FINAL
WHERE (EventName, Service, Environment, toDate(Time)) NOT IN (SELECT EventName, Service, Environment, Day FROM assay_event_days WHERE Strength = 0)
UNION ALL
SELECT
    EventName, EventId, toUInt256(0) AS Rank, Time, Time AS Observed, Service, Environment,
    mapFilter((key, text) -> text != '', mapConcat(Told, map('service.name', toString(Service), 'deployment.environment.name', toString(Environment),
        'qms.event.source', Source, 'qms.event.inferred', 'true'))) AS Attributes,
    '' AS Body, '' AS TraceId, '' AS SpanId, assay_event_subject(EventName, Told) AS Subject, '' AS Team, Source, true AS Inferred, false AS Retracted,
    Told['service.version'] AS Version, '' AS Repository, '' AS CommitRevision, '' AS BaseRevision, Told['deployment.status'] AS Status,
    Told['qms.change.category'] AS Kind, Told['qms.incident.severity'] AS Severity, CAST(NULL, 'Nullable(DateTime64(9, \'UTC\'))') AS StartedAt,
    toFloat64OrNull(firstNonDefault(Told['qms.change.lead_time_seconds'], Told['qms.incident.duration_seconds'])) AS Seconds,
    CAST([], 'Array(String)') AS Commits, CAST([], 'Array(String)') AS Reverts, CAST([], 'Array(String)') AS RollsBack, CAST([], 'Array(String)') AS Remediates,
    CAST([], 'Array(String)') AS CauseDeployments, CAST([], 'Array(String)') AS CauseRevisions, CAST([], 'Array(String)') AS RemediationDeployments,
    toUInt64(0) AS Batch, toDateTime64(Time, 6, 'UTC') AS ReceivedAt, toDate(Time) AS PartitionDate
FROM assay_inferred_events
WHERE (EventName, Service, if(EventName = 'qms.deployment.finished', Environment, ''), toDate(Time)) NOT IN
    (SELECT EventName, Service, Environment, Day FROM assay_event_days WHERE Strength < 2)
    AND (Source = 'metric' OR (EventName, Service, Environment, toDate(Time)) NOT IN
        (SELECT EventName, Service, Environment, Day FROM assay_event_days WHERE Strength = 2));

CREATE OR REPLACE VIEW assay_events AS
SELECT * FROM assay_event_records FINAL WHERE NOT Retracted
UNION ALL
SELECT * FROM assay_concluded_events
