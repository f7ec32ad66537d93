-- kind: check
-- why: an audit record says who did it
-- next: send qms.audit.user_id, or user.id, with each audit record
-- reads: assay_event_records
-- gives: one row per audit record, with its id; finding is empty where nothing is wrong
SELECT
    Service AS service, Environment AS environment, EventId AS subject,
    if(Attributes['qms.audit.user_id'] = '' AND Attributes['user.id'] = '' AND Service != 'assay', 'neither qms.audit.user_id nor user.id', '') AS finding
FROM assay_event_records FINAL
WHERE NOT Retracted AND EventName = 'qms.audit.recorded' AND Time >= fromUnixTimestamp64Nano({start:Int64}) AND Time < fromUnixTimestamp64Nano({end:Int64})
