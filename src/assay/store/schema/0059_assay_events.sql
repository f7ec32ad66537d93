-- kind: views
-- why: what all measures read: each event once, as it was corrected last, without those that were withdrawn, and what was reported wins
--      over what was concluded
-- reads: assay_event_records, assay_inferred_events, assay_event_days, assay_deploy_tasks
-- gives: one row per event, in the columns of assay_event_records. An inferred event is left out if such an event of the same service (for
--        deployments also environment) was reported on its day (UTC), the day before or the day after; and what is concluded from a metric or
--        a version is, if a span says so on its day or the day before or after. assay_concluded_events has only those that are inferred

CREATE OR REPLACE VIEW assay_concluded_events AS
WITH inferred AS
(
    SELECT *, if(EventName = 'qms.deployment.finished', Environment, '') AS Place FROM assay_inferred_events
)
SELECT
    EventName, EventId, toUInt256(0) AS Rank, Time, Time AS Observed, Service, Environment,
    mapFilter((key, text) -> text != '', mapConcat(Told, map('service.name', toString(Service), 'deployment.environment.name', toString(Environment),
        'qms.event.source', Source, 'qms.event.inferred', 'true'))) AS Attributes,
    '' AS Body, TraceId, SpanId, assay_event_subject(EventName, Told) AS Subject, Told['qms.team'] AS Team, Source, true AS Inferred, false AS Retracted,
    Told['service.version'] AS Version, Told['vcs.repository.url.full'] AS Repository, Told['vcs.ref.head.revision'] AS CommitRevision,
    Told['vcs.ref.base.revision'] AS BaseRevision, Told['deployment.status'] AS Status,
    firstNonDefault(Told['qms.deployment.kind'], Told['qms.change.category']) AS Kind, Told['qms.incident.severity'] AS Severity,
    parseDateTime64BestEffortOrNull(Told['qms.deployment.started_at'], 9, 'UTC') AS StartedAt,
    toFloat64OrNull(firstNonDefault(Told['qms.change.lead_time_seconds'], Told['qms.incident.duration_seconds'])) AS Seconds,
    assay_list(Told['qms.deployment.commits']) AS Commits, CAST([], 'Array(String)') AS Reverts,
    assay_list(Told['qms.deployment.rolls_back']) AS RollsBack, assay_list(Told['qms.deployment.remediates']) AS Remediates,
    CAST([], 'Array(String)') AS CauseDeployments, CAST([], 'Array(String)') AS CauseRevisions, CAST([], 'Array(String)') AS RemediationDeployments,
    toUInt64(0) AS Batch, toDateTime64(Time, 6, 'UTC') AS ReceivedAt, toDate(Time) AS PartitionDate
FROM inferred
WHERE (EventName, Service, Place, toDate(Time)) NOT IN (SELECT EventName, Service, Environment, Day FROM assay_event_days)
    AND (Source = 'span' OR EventName != 'qms.deployment.finished' OR (Service, Environment, toDate(Time)) NOT IN
        (SELECT Service, Environment, arrayJoin([toDate(End) - 1, toDate(End), toDate(End) + 1]) FROM assay_deploy_tasks WHERE Status != ''));

CREATE OR REPLACE VIEW assay_events AS
SELECT * FROM assay_event_records FINAL WHERE NOT Retracted
UNION ALL
SELECT * FROM assay_concluded_events
