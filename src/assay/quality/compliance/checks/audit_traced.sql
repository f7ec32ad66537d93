-- kind: check
-- why: an audited action of a service can be followed in its trace
-- next: record the action inside the span that it is part of, as `audit` of the SDK does, so that the record has a trace id
-- reads: assay_event_records
-- gives: one row per audit record of a service, with its id; finding is empty where nothing is wrong
SELECT Service AS service, Environment AS environment, EventId AS subject, if(TraceId = '', 'no trace id', '') AS finding
FROM assay_event_records FINAL
WHERE NOT Retracted AND EventName = 'qms.audit.recorded' AND Service != 'assay' AND Time >= fromUnixTimestamp64Nano({start:Int64}) AND Time < fromUnixTimestamp64Nano({end:Int64})
