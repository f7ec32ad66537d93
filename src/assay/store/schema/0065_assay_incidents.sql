-- kind: view
-- why: the incidents as they are known now, from the events that opened and resolved them, in whatever order those came
-- reads: assay_delivery_events
-- gives: one row per incident. OpenedAt is the first opening, else what the resolution says of it, else NULL. ResolvedAt is the last resolution,
--      or NULL if it was opened again after it. Where no event names an environment it is production. What both events may say is taken
--      from the resolution, which knows more, and else from the opening; service, team and environment from the opening.

CREATE OR REPLACE VIEW assay_incidents AS
SELECT
    SubjectKey AS IncidentKey, max(Inferred) AS IsInferred,
    argMinIf(Service, (EventName, Time, EventKey), Service != '') AS Service,
    argMinIf(Team, (EventName, Time, EventKey), Team != '') AS Team,
    if(countIf(Environment != '') = 0, 'production', argMinIf(Environment, (EventName, Time, EventKey), Environment != '')) AS Environment,
    sipHash64(Service, Environment) AS StreamKey,
    countIf(EventName = 'qms.incident.opened') AS Openings,
    if(Openings > 0, minIf(toNullable(Time), EventName = 'qms.incident.opened'),
        min(ifNull(StartedAt, Time - toIntervalNanosecond(toInt64(round(Seconds * 1e9)))))) AS OpenedAt,
    maxIf(toNullable(Time), EventName = 'qms.incident.resolved') AS LastResolved,
    if(Openings > 1 AND maxIf(Time, EventName = 'qms.incident.opened') > LastResolved, NULL, LastResolved) AS ResolvedAt,
    argMaxIf(Kind, (EventName, Time, EventKey), Kind != '') AS Cause,
    argMaxIf(Severity, (EventName, Time, EventKey), Severity != '') AS Severity,
    argMaxIf(Deployments, (EventName, Time, EventKey), notEmpty(Deployments)) AS CauseDeployments,
    argMaxIf(Commits, (EventName, Time, EventKey), notEmpty(Commits)) AS CauseCommits
FROM assay_delivery_events
WHERE EventName IN ('qms.incident.opened', 'qms.incident.resolved')
GROUP BY SubjectKey
