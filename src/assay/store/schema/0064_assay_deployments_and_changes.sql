-- kind: views
-- why: the deployments and the changes as they are known now: corrected, and without what was withdrawn
-- reads: assay_delivery_events
-- gives: one row per deployment, and one per commit. BeganAt is when the lead time of a commit begins: when work on it began, if the sender said so
--      and that is earlier, else the commit.

CREATE OR REPLACE VIEW assay_deployments AS
SELECT
    EventKey, SubjectKey AS DeploymentKey, Time, Service, Team, Environment, StreamKey, Succeeded, Kind AS DeploymentKind, VersionKey, Commits,
    Deployments AS RollsBack, IsRemedy, Inferred
FROM assay_delivery_events
WHERE EventName = 'qms.deployment.finished';

CREATE OR REPLACE VIEW assay_changes AS
SELECT
    EventKey, SubjectKey AS CommitKey, Time, least(Time, ifNull(StartedAt, Time)) AS BeganAt, Service, Team, Environment, Kind AS Category,
    Commits AS Reverts, Seconds AS LeadSeconds, Inferred
FROM assay_delivery_events
WHERE EventName = 'qms.change.committed'
