-- kind: check
-- why: a quality gate can tell good from bad: none failed only for want of data
-- next: give the gate a longer window or a lower minimum_requests, and see that its service sends telemetry
-- reads: assay_event_records
-- gives: one row per evaluation of a quality gate, with its id; finding is empty where it was decided
SELECT Service AS service, Environment AS environment, EventId AS subject, if(Attributes['qms.quality_gate.decided'] = 'false', concat(Attributes['qms.quality_gate.name'], ' could not be decided'), '') AS finding
FROM assay_event_records FINAL
WHERE NOT Retracted AND EventName = 'qms.quality_gate.evaluated' AND Attributes['qms.criteria'] = ''
    AND Time >= fromUnixTimestamp64Nano({start:Int64}) AND Time < fromUnixTimestamp64Nano({end:Int64})
