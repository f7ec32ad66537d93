-- kind: view
-- why: the deployments as they are known now: corrected, and without what was withdrawn
-- reads: assay_delivery
-- gives: one row per deployment

CREATE OR REPLACE VIEW assay_deployments AS
SELECT
    EventKey, SubjectKey AS DeploymentKey, Time, Service, Team, Environment, StreamKey, Succeeded, Kind AS DeploymentKind, VersionKey, Commits,
    Deployments AS RollsBack, IsRemedy, Inferred
FROM assay_delivery FINAL
WHERE EventName = 'qms.deployment.finished' AND NOT Retracted
