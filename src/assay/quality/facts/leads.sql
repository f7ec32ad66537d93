-- kind: facts
-- why: how long each commit took to reach its users
-- reads: assay_deployments, assay_changes
-- gives: assay_delivery_facts, one row `lead` per commit, service and environment in generation {generation:UInt64}: from when work on it began, else from the
--        commit, to the end of the first deployment that succeeded and brought it. A deployment brings its commits as listed, and the commit
--        that it runs. Merges have none. Where no deployment is known the time that the sender measured counts. Seconds are below zero if clocks disagree.
INSERT INTO assay_delivery_facts (Generation, Fact, Time, Service, Team, Environment, Key, Inferred, Seconds)
WITH
    brought AS
    (
        SELECT arrayJoin(Commits) AS commit, StreamKey, min(Time) AS deployed, any(Service) AS service, argMin(Team, (Time, DeploymentKey)) AS team, any(Environment) AS environment
        FROM assay_deployments
        WHERE Succeeded
        GROUP BY commit, StreamKey
    )
SELECT {generation:UInt64}, 'lead', deployed, service, team, environment, CommitKey, Inferred, dateDiff('millisecond', BeganAt, deployed) / 1000
FROM assay_changes
INNER JOIN brought ON brought.commit = CommitKey
WHERE Category != 'merge'
UNION ALL
SELECT
    {generation:UInt64}, 'lead', Time + toIntervalMillisecond(toInt64(LeadSeconds * 1000)), Service, Team, if(Environment = '', 'production', Environment),
    CommitKey, Inferred, assumeNotNull(LeadSeconds)
FROM assay_changes
WHERE LeadSeconds IS NOT NULL AND Category != 'merge' AND CommitKey NOT IN (
    SELECT arrayJoin(Commits) AS commit FROM assay_deployments
    WHERE Succeeded AND commit IN (SELECT CommitKey FROM assay_changes WHERE LeadSeconds IS NOT NULL))
