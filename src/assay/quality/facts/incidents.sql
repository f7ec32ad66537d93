-- kind: facts
-- why: which incidents there were, and from when to when
-- reads: assay_incidents, assay_deployments
-- gives: assay_delivery_facts, one row `incident` per incident in generation {generation:UInt64}. The team of one that names none is that of the service's last
--        deployment; Time is the opening, else the resolution.
INSERT INTO assay_delivery_facts (Generation, Fact, Time, Service, Team, Environment, Key, Inferred, OpenedAt, ResolvedAt, Severity, Cause)
SELECT
    {generation:UInt64}, 'incident', ifNull(OpenedAt, ifNull(ResolvedAt, toDateTime64(0, 9, 'UTC'))), incidents.Service,
    if(incidents.Team = '', teams.team, incidents.Team), Environment, IncidentKey, IsInferred, OpenedAt, ResolvedAt, Severity, Cause
FROM assay_incidents AS incidents
LEFT JOIN (SELECT Service AS service, argMax(Team, (Time, DeploymentKey)) AS team FROM assay_deployments WHERE Team != '' GROUP BY service) AS teams
    ON teams.service = incidents.Service
