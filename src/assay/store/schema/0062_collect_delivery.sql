-- kind: view
-- why: events of delivery become numbers with the insert that stores them
-- reads: assay_event_records
-- gives: assay_delivery, one row per record; those of events that were stored before too

CREATE MATERIALIZED VIEW IF NOT EXISTS collect_delivery TO assay_delivery AS
SELECT
    EventName, sipHash64(EventId) AS EventKey, Rank, Retracted, Inferred, Time,
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
    StartedAt, Seconds, PartitionDate
FROM assay_event_records
WHERE EventName IN ('qms.change.committed', 'qms.deployment.finished', 'qms.incident.opened', 'qms.incident.resolved') AND Subject != '';

-- A record that is there twice counts once.
INSERT INTO assay_delivery
SELECT
    EventName, sipHash64(EventId) AS EventKey, Rank, Retracted, Inferred, Time,
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
    StartedAt, Seconds, PartitionDate
FROM assay_event_records
WHERE EventName IN ('qms.change.committed', 'qms.deployment.finished', 'qms.incident.opened', 'qms.incident.resolved') AND Subject != ''
