-- kind: check
-- why: what caused an incident is found out before it is closed
-- next: name the cause when the incident is resolved: its kind, the deployment or the commit
-- reads: assay_event_records, assay_early_resolutions
-- gives: one row per incident that was resolved in the window, with its id; finding is empty where its opening or its end names a kind of cause, a deployment or a commit
WITH explained AS
(
    SELECT Subject FROM assay_event_records FINAL
    WHERE NOT Retracted AND EventName IN ('qms.incident.opened', 'qms.incident.resolved') AND EventId NOT IN (SELECT EventId FROM assay_early_resolutions)
        AND (Kind != '' OR notEmpty(CauseDeployments) OR notEmpty(CauseRevisions))
)
SELECT Service AS service, Environment AS environment, Subject AS subject, if(Subject IN (SELECT * FROM explained), '', 'no cause') AS finding
FROM assay_event_records FINAL
WHERE NOT Retracted AND EventName = 'qms.incident.resolved' AND EventId NOT IN (SELECT EventId FROM assay_early_resolutions)
    AND Time >= fromUnixTimestamp64Nano({start:Int64}) AND Time < fromUnixTimestamp64Nano({end:Int64})
