-- kind: view
-- why: which deployments bring a commit that reverts another or is a hotfix
-- reads: assay_deployments, assay_changes
-- gives: one row per repairing commit and service: RepairKey is the DeploymentKey of the first deployment with that commit, Method is revert or hotfix,
--      TargetKey and TargetTime are of the first deployment with what was reverted, 0 where that is not known.

CREATE OR REPLACE VIEW assay_repairs AS
WITH
    roles AS
    (
        SELECT repair, reverted, method, arrayJoin([(repair, true), (reverted, false)]) AS role, role.1 AS commit, role.2 AS is_repair
        FROM
        (
            SELECT CommitKey AS repair, arrayJoin(if(empty(Reverts), [0], Reverts)) AS reverted, if(Category = 'hotfix' AND empty(Reverts), 'hotfix', 'revert') AS method
            FROM assay_changes
            WHERE Category IN ('hotfix', 'revert') OR notEmpty(Reverts)
        )
        WHERE commit != 0
    ),
    brought AS
    (
        SELECT StreamKey, DeploymentKey, Time, arrayJoin(Commits) AS commit
        FROM assay_deployments
        WHERE Succeeded AND commit IN (SELECT commit FROM roles)
    )
SELECT
    argMinIf(DeploymentKey, (Time, DeploymentKey), is_repair) AS RepairKey, method AS Method,
    argMinIf(DeploymentKey, (Time, DeploymentKey), NOT is_repair) AS TargetKey, minIf(Time, NOT is_repair) AS TargetTime
FROM brought
INNER JOIN roles ON roles.commit = brought.commit
GROUP BY StreamKey, repair, reverted, method
HAVING RepairKey != 0 AND TargetKey != RepairKey
