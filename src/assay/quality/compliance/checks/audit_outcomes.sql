-- kind: check
-- why: an audit record says whether it succeeded
-- next: send qms.audit.outcome with each audit record, such as success or failure
-- reads: assay_event_records
-- gives: one row per audit record, with its id; finding is empty where nothing is wrong
SELECT Service AS service, Environment AS environment, EventId AS subject, if(Status = '', 'no qms.audit.outcome', '') AS finding
FROM assay_event_records FINAL
WHERE NOT Retracted AND EventName = 'qms.audit.recorded' AND Time >= fromUnixTimestamp64Nano({start:Int64}) AND Time < fromUnixTimestamp64Nano({end:Int64})
