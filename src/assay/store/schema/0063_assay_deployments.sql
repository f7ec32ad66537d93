-- kind: view
-- why: the deployments as they are known now: corrected, without what was withdrawn, and without what was only inferred where it was reported too
-- reads: assay_delivery
-- gives: one row per deployment. An inferred one gives way to one that was reported for the same version, service and environment within a day.

CREATE OR REPLACE VIEW assay_deployments AS
SELECT
    EventKey, SubjectKey AS DeploymentKey, Time, Service, Team, Environment, StreamKey, Succeeded, Kind AS DeploymentKind, VersionKey, Commits,
    Deployments AS RollsBack, IsRemedy, Inferred
FROM assay_delivery FINAL
WHERE EventName = 'qms.deployment.finished' AND NOT Retracted
    AND NOT (Inferred AND (VersionKey, toDate(Time)) IN (
        SELECT VersionKey, arrayJoin([toDate(Time) - 1, toDate(Time), toDate(Time) + 1])
        FROM assay_delivery FINAL
        WHERE EventName = 'qms.deployment.finished' AND NOT Retracted AND NOT Inferred
            AND VersionKey IN (SELECT VersionKey FROM assay_delivery WHERE EventName = 'qms.deployment.finished' AND Inferred)))
