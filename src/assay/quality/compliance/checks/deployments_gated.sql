-- kind: check
-- why: what reaches production was let through by a quality gate before it was deployed
-- next: let the pipeline ask `assay gate check` for the version before it deploys to production
-- reads: assay_events, assay_event_records
-- gives: one row per deployment to production that succeeded, with its id; finding is empty where a gate of the same version of the service, or
--        of this deployment, had passed by then
WITH
    passed AS
    (
        SELECT Service, Version, Attributes['deployment.id'] AS deployment, Time
        FROM assay_event_records FINAL
        WHERE NOT Retracted AND EventName = 'qms.quality_gate.evaluated' AND Attributes['qms.criteria'] = '' AND Status = 'passed' AND Time < fromUnixTimestamp64Nano({end:Int64})
    ),
    deployed AS
    (
        SELECT Service, Environment, Subject, Version, Time
        FROM assay_events
        WHERE EventName = 'qms.deployment.finished' AND Environment = 'production' AND Status = 'succeeded'
            AND Time >= fromUnixTimestamp64Nano({start:Int64}) AND Time < fromUnixTimestamp64Nano({end:Int64})
    )
SELECT
    deployed.Service AS service, deployed.Environment AS environment, deployed.Subject AS subject,
    if((versions.known AND versions.first <= deployed.Time) OR (deployments.known AND deployments.first <= deployed.Time),
        '', 'no quality gate of this version or deployment had passed') AS finding
FROM deployed
LEFT JOIN (SELECT Service, Version, min(Time) AS first, true AS known FROM passed WHERE Version != '' GROUP BY Service, Version) AS versions
    ON versions.Service = deployed.Service AND versions.Version = deployed.Version
LEFT JOIN (SELECT deployment, min(Time) AS first, true AS known FROM passed WHERE deployment != '' GROUP BY deployment) AS deployments
    ON deployments.deployment = deployed.Subject
