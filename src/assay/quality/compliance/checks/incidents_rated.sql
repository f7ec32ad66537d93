-- kind: check
-- why: it is told how bad an incident is
-- next: send qms.incident.severity when the incident is opened
-- reads: assay_event_records
-- gives: one row per incident that was reported as opened in the window, with its id; finding is empty where nothing is wrong
SELECT Service AS service, Environment AS environment, Subject AS subject, if(Severity = '', 'no qms.incident.severity', '') AS finding
FROM assay_event_records FINAL
WHERE NOT Retracted AND EventName = 'qms.incident.opened' AND Time >= fromUnixTimestamp64Nano({start:Int64}) AND Time < fromUnixTimestamp64Nano({end:Int64})
