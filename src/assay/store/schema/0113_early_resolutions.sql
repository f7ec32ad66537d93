-- kind: views
-- why: that an incident was resolved before it was opened shows only in two events, which may come in any order and be corrected
-- reads: assay_event_records, assay_invalid_events, assay_concluded_events, assay_delivery_events
-- gives: assay_early_resolutions has the resolutions, as they are known now, that are earlier than the first opening of their incident that is known now. They are
--        not in assay_events, and nothing that they say is in assay_incidents: their incident is open. assay_unfit_events has one row per record that does not fit,
--        by itself (assay_invalid_events) or beside others (IsEarly). As nothing is decided when an event comes, a correction of either time settles it

CREATE OR REPLACE VIEW assay_early_resolutions AS
SELECT resolved.*
FROM (SELECT * FROM assay_event_records FINAL WHERE EventName = 'qms.incident.resolved' AND NOT Retracted) AS resolved
INNER JOIN
(
    SELECT Subject AS incident, min(Time) AS first FROM assay_event_records FINAL
    WHERE EventName = 'qms.incident.opened' AND NOT Retracted
    GROUP BY incident
) AS opened ON opened.incident = resolved.Subject
WHERE resolved.Time < opened.first;

CREATE OR REPLACE VIEW assay_unfit_events AS
SELECT EventName, EventId, Time, Service, Environment, Attributes, Problems, TraceId, ReceivedAt, false AS IsEarly
FROM assay_invalid_events FINAL
UNION ALL
SELECT EventName, EventId, Time, Service, Environment, Attributes, [('resolved_before_opened', '')], TraceId, ReceivedAt, true
FROM assay_early_resolutions;

CREATE OR REPLACE VIEW assay_events AS
SELECT * FROM assay_event_records FINAL
WHERE NOT Retracted AND (EventName != 'qms.incident.resolved' OR EventId NOT IN (SELECT EventId FROM assay_early_resolutions))
UNION ALL
SELECT * FROM assay_concluded_events;

-- OpenedAt, ResolvedAt and the rest are as 0065_assay_incidents.sql says.
CREATE OR REPLACE VIEW assay_incidents AS
SELECT
    SubjectKey AS IncidentKey, max(Inferred) AS IsInferred,
    argMinIf(Service, (EventName, Time, EventKey), Service != '') AS Service,
    argMinIf(Team, (EventName, Time, EventKey), Team != '') AS Team,
    if(countIf(Environment != '') = 0, 'production', argMinIf(Environment, (EventName, Time, EventKey), Environment != '')) AS Environment,
    sipHash64(Service, Environment) AS StreamKey,
    countIf(EventName = 'qms.incident.opened') AS Openings,
    if(Openings > 0, any(FirstOpened),
        min(ifNull(StartedAt, Time - toIntervalNanosecond(toInt64(round(Seconds * 1e9)))))) AS OpenedAt,
    maxIf(toNullable(Time), EventName = 'qms.incident.resolved') AS LastResolved,
    if(Openings > 1 AND maxIf(Time, EventName = 'qms.incident.opened') > LastResolved, NULL, LastResolved) AS ResolvedAt,
    argMaxIf(Kind, (EventName, Time, EventKey), Kind != '') AS Cause,
    argMaxIf(Severity, (EventName, Time, EventKey), Severity != '') AS Severity,
    argMaxIf(Deployments, (EventName, Time, EventKey), notEmpty(Deployments)) AS CauseDeployments,
    argMaxIf(Commits, (EventName, Time, EventKey), notEmpty(Commits)) AS CauseCommits
FROM
(
    SELECT *, minIf(toNullable(Time), EventName = 'qms.incident.opened') OVER (PARTITION BY SubjectKey) AS FirstOpened
    FROM assay_delivery_events
    WHERE EventName IN ('qms.incident.opened', 'qms.incident.resolved')
)
WHERE EventName = 'qms.incident.opened' OR ifNull(Time >= FirstOpened, true)
GROUP BY SubjectKey
