-- kind: check
-- why: deployments and incidents are reported when they happen, not before the audit
-- next: report from the pipeline or the incident tool itself, at the time at which it happens
-- reads: assay_event_records
-- gives: one row per deployment, and per beginning and end of an incident, that was reported, with its id; finding is empty where it came within a day
SELECT
    Service AS service, Environment AS environment, EventId AS subject,
    if(ReceivedAt > Time + INTERVAL 1 DAY, concat('reported ', toString(dateDiff('hour', Time, ReceivedAt)), ' hours later'), '') AS finding
FROM assay_event_records FINAL
WHERE NOT Retracted AND EventName IN ('qms.deployment.finished', 'qms.incident.opened', 'qms.incident.resolved') AND NOT Inferred
    AND Time >= fromUnixTimestamp64Nano({start:Int64}) AND Time < fromUnixTimestamp64Nano({end:Int64})
