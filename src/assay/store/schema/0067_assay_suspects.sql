-- kind: view
-- why: what came before and after the deployments that stand out, and before the incidents whose cause nobody named
-- reads: assay_deployments, assay_incidents, assay_repairs
-- gives: one row per deployment that failed, that runs something older than
--      what ran before it (IsOlder; by when each was first deployed), or that says or shows to be a repair; and one per incident (IsIncident). Before… is
--      the deployment before it, for an incident the last one that succeeded; After… the next one that succeeded. At is nanoseconds;
--      what is not there has the key 0.
--      The place of a deployment or incident is a number, its time and then its key, so that ties are broken alike whatever the order in which
--      events came; the time is doubled, and odd for an incident. Flags: 1 succeeded, 2 repair, 4 incident. Arrays of numbers are
--      sorted several times quicker than rows.

CREATE OR REPLACE VIEW assay_suspects AS
WITH
    place -> toInt64(bitShiftRight(place, 65)) AS at,
    (doubled_at, key) -> bitShiftLeft(toUInt128(doubled_at), 64) + key AS place_of,
    timeline AS
    (
        SELECT
            StreamKey, place_of(toUnixTimestamp64Nano(Time) * 2, DeploymentKey) AS place, VersionKey AS version,
            toUInt8(Succeeded + 2 * (DeploymentKind IN ('hotfix', 'rollback') OR notEmpty(RollsBack) OR DeploymentKey IN (SELECT RepairKey FROM assay_repairs))) AS flags
        FROM assay_deployments
        UNION ALL
        SELECT StreamKey, place_of(toUnixTimestamp64Nano(assumeNotNull(OpenedAt)) * 2 + 1, IncidentKey), 0, 4
        FROM assay_incidents
        WHERE OpenedAt IS NOT NULL AND Cause IN ('', 'change') AND empty(CauseDeployments) AND empty(CauseCommits)
    ),
    streams AS
    (
        SELECT
            StreamKey, arraySort(row -> row.1, arrayZip(groupArray(place), groupArray(version), groupArray(flags))) AS everything,
            arrayFilter(row -> row.3 < 4, everything) AS deployments, arrayEnumerateDense(deployments.2) AS ages,
            arrayMap((age, before) -> age < before, ages, arrayShiftRight(ages, 1)) AS is_older
        FROM timeline
        GROUP BY StreamKey
    ),
    turns AS
    (
        SELECT StreamKey, arrayJoin(arrayConcat(
            arrayFilter(turn -> turn.1.3 != 1 OR turn.4, arrayZip(deployments, arrayShiftRight(deployments, 1), arrayReverseFill(row -> row.3 % 2 = 1, deployments), is_older)),
            arrayFilter(turn -> turn.1.3 = 4, arrayZip(everything, arrayFill(row -> row.3 % 2 = 1, everything), everything, arrayMap(row -> toUInt8(0), everything))))) AS turn
        FROM streams
    )
SELECT
    StreamKey, toUInt64(turn.1.1) AS Key, at(turn.1.1) AS At, turn.1.3 % 2 = 1 AS Succeeded, turn.1.3 = 4 AS IsIncident,
    turn.4 AND Succeeded AND turn.1.2 != 0 AND turn.2.2 != 0 AS IsOlder,
    if(IsIncident AND turn.2.3 % 2 = 0, 0, toUInt64(turn.2.1)) AS BeforeKey, if(BeforeKey = 0, 0, at(turn.2.1)) AS BeforeAt,
    if(turn.3.3 % 2 = 1, toUInt64(turn.3.1), 0) AS AfterKey, if(turn.3.3 % 2 = 1, at(turn.3.1), 0) AS AfterAt
FROM turns
