-- kind: facts
-- why: what is concluded from other telemetry counts like what was reported
-- reads: assay_concluded_events, assay_event_points
-- gives: assay_delivery_concluded, one row per event. Where a service counts both incidents and their durations, each incident is concluded
--        from its duration; the count would tell of it a second time.
INSERT INTO assay_delivery_concluded (EventName, EventKey, Inferred, Time, Service, Team, Environment, StreamKey, SubjectKey, Succeeded, Kind, Severity, VersionKey, Commits, Deployments, IsRemedy, StartedAt, Seconds)
SELECT
    EventName, sipHash64(EventId) AS EventKey, Inferred, Time,
    if(EventName = 'qms.deployment.finished' AND Service = '', 'unknown_service', Service) AS Service, Team,
    if(EventName = 'qms.deployment.finished' AND Environment = '', 'unknown', Environment) AS Environment,
    sipHash64(Service, Environment) AS StreamKey,
    sipHash64(Subject) AS SubjectKey,
    Status = 'succeeded' AS Succeeded,
    Kind, Severity,
    if(CommitRevision = '' AND Version = '', 0, sipHash64(Service, Environment, if(CommitRevision != '', CommitRevision, Version))) AS VersionKey,
    arrayMap(commit -> sipHash64(commit), arrayDistinct(multiIf(
        EventName = 'qms.deployment.finished' AND CommitRevision != '', arrayPushBack(Commits, CommitRevision),
        EventName = 'qms.deployment.finished', Commits,
        EventName = 'qms.change.committed', Reverts,
        CauseRevisions))) AS Commits,
    arrayMap(id -> sipHash64(id), if(EventName = 'qms.deployment.finished', RollsBack, CauseDeployments)) AS Deployments,
    notEmpty(Remediates) AS IsRemedy,
    StartedAt, Seconds
FROM assay_concluded_events
WHERE EventName IN ('qms.change.committed', 'qms.deployment.finished', 'qms.incident.opened', 'qms.incident.resolved')
    AND NOT (EventName = 'qms.incident.opened' AND Service IN (SELECT Service FROM assay_event_points WHERE Metric = 'qms_mttr_seconds'))
