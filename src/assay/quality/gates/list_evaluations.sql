-- kind: list
-- why: what gates have said, the newest first
-- reads: assay_event_records
-- gives: one row per evaluation, at most `per_gate` of each. Body is the whole answer as JSON, empty if somebody else's gate reported it
SELECT
    Attributes['qms.quality_gate.evaluation_id'] AS id, Attributes['qms.quality_gate.name'] AS gate, toString(Status) AS result,
    toUnixTimestamp64Nano(Time) AS time_ns, toString(Service) AS service, toString(Environment) AS environment, toString(Version) AS version,
    Attributes['qms.quality_gate.stage'] AS stage, toFloat64OrNull(Attributes['qms.quality_gate.score']) AS score,
    Attributes['qms.quality_gate.decided'] != 'false' AS decided, assay_list(Attributes['qms.quality_gate.reasons']) AS reasons,
    if({whole:Bool}, Body, '') AS body
FROM assay_event_records FINAL
WHERE EventName = 'qms.quality_gate.evaluated' AND NOT Retracted AND Attributes['qms.criteria'] = ''
    AND ({event:String} = '' OR EventId = {event:String})
    AND ({gate:String} = '' OR Attributes['qms.quality_gate.name'] = {gate:String})
    AND ({service:String} = '' OR Service = {service:String})
    AND ({environment:String} = '' OR Environment = assay_environment({environment:String}))
    AND ({result:String} = '' OR Status = {result:String})
ORDER BY Time DESC, id
LIMIT {per_gate:UInt32} BY gate
LIMIT {limit:UInt32}
