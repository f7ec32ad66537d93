-- kind: view
-- why: which deployment failed, how that is known and how sure it is: what people said comes first, then what the deployments show, then
--      how near an incident is
-- reads: assay_suspects, assay_repairs, assay_incidents, assay_deployments
-- gives: one row per deployment and reason; one deployment may have several. IncidentKey is 0 for a reason that is no incident. EndedAt is
--      when the reason was gone, NULL if it is not: the end of the incident, or the deployment that repaired it (RemedyKey).
--      An incident has one kind of link. link: it names deployments or commits (confidence 1). rollback, revert, hotfix, status: it began between
--      a failed deployment of the same service and its remedy, and is as sure as that is. window: the last deployment of the same service that succeeded
--      before it, Gap seconds before; who asks says how long a gap counts. Gap is 0 otherwise.
--      An incident whose cause is said to be no change gets no link, nor does one whose named cause is not known here.

CREATE OR REPLACE VIEW assay_failures AS
WITH
    toUInt64(0) AS none,
    suspects AS
    (
        SELECT *
        FROM assay_suspects AS suspect
        LEFT JOIN (SELECT RepairKey, groupArray((Method, TargetKey, toUnixTimestamp64Nano(TargetTime))) AS repairs FROM assay_repairs GROUP BY RepairKey) AS repair
            ON repair.RepairKey = suspect.Key
        LEFT JOIN (SELECT DeploymentKey, DeploymentKind AS kind, RollsBack AS rolls_back FROM assay_deployments WHERE kind IN ('hotfix', 'rollback') OR notEmpty(rolls_back)) AS said
            ON said.DeploymentKey = suspect.Key
    ),
    timeline AS
    (
        SELECT StreamKey, mark.2 AS at, IsIncident AS is_incident, mark.1 AS failed, mark.3 AS method, mark.4 AS confidence, mark.5 AS remedy, mark.6 AS until, if(IsIncident, Key, none) AS incident,
            if(IsIncident, (At - BeforeAt) / 1e9, 0) AS gap
        FROM suspects
        ARRAY JOIN multiIf(
            IsIncident, [(BeforeKey, At, 'window', 0., none, toInt64(0))],
            NOT Succeeded, [(Key, At, 'status', 1., AfterKey, AfterAt)],
            notEmpty(rolls_back), arrayMap(key -> (key, BeforeAt, 'rollback', 1., Key, At), rolls_back),
            IsOlder, [(BeforeKey, BeforeAt, 'rollback', 0.9, Key, At)],
            kind = 'rollback', [(BeforeKey, BeforeAt, 'rollback', 0.7, Key, At)],
            notEmpty(repairs), arrayMap(repair -> multiIf(
                repair.2 != 0, (repair.2, repair.3, 'revert', 0.9, Key, At),
                repair.1 = 'revert', (BeforeKey, BeforeAt, 'revert', 0.5, Key, At),
                (BeforeKey, BeforeAt, 'hotfix', 0.7, Key, At)), repairs),
            kind = 'hotfix', [(BeforeKey, BeforeAt, 'hotfix', 0.7, Key, At)],
            []) AS mark
        WHERE is_incident OR failed != 0
    ),
    explained AS
    (
        SELECT *, maxIf((at, failed, if(until = 0, toInt64(9223372036854775807), until), method, confidence, remedy), NOT is_incident)
            OVER (PARTITION BY StreamKey ORDER BY at, is_incident ROWS UNBOUNDED PRECEDING) AS failure,
            is_incident AND failure.2 != 0 AND at <= failure.3 AS is_detected
        FROM timeline
    ),
    causes AS
    (
        SELECT *, arrayJoin(arrayConcat(arrayMap(id -> (id, false), CauseDeployments), if(empty(CauseDeployments), arrayMap(commit -> (commit, true), CauseCommits), []))) AS cause
        FROM assay_incidents
    ),
    brought AS
    (
        SELECT StreamKey, Environment, DeploymentKey, Time, arrayJoin(Commits) AS commit
        FROM assay_deployments
        WHERE Succeeded AND commit IN (SELECT cause.1 FROM causes WHERE cause.2)
    )
SELECT marked.failed AS DeploymentKey, method AS Method, confidence AS Confidence, gap AS Gap, incident AS IncidentKey, remedy AS RemedyKey,
    if(incident = 0, repaired, ended.ResolvedAt) AS EndedAt
FROM
(
    SELECT
        if(is_detected, failure.2, failed) AS failed, if(is_detected, failure.4, method) AS method, if(is_detected, failure.5, confidence) AS confidence,
        if(is_detected, 0, gap) AS gap, incident, if(is_detected, failure.6, remedy) AS remedy, if(until = 0, NULL, fromUnixTimestamp64Nano(until, 'UTC')) AS repaired
    FROM explained
    WHERE failed != 0
    UNION ALL
    SELECT cause.1, 'link', 1., 0, IncidentKey, none, NULL FROM causes WHERE NOT cause.2
    UNION ALL
    SELECT argMin(brought.DeploymentKey, (brought.StreamKey != causes.StreamKey, brought.Time, brought.DeploymentKey)), 'link', 1., 0, IncidentKey, none, NULL
    FROM causes
    INNER JOIN brought ON brought.commit = causes.cause.1 AND brought.Environment = causes.Environment
    WHERE causes.cause.2
    GROUP BY IncidentKey, causes.cause.1
) AS marked
LEFT JOIN assay_incidents AS ended ON ended.IncidentKey = marked.incident
