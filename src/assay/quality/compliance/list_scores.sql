-- kind: question
-- why: how a score went over time
-- reads: assay_event_records
-- gives: one row per recorded assessment from {start} to {end} (nanoseconds) of {framework}, or of all if that is empty, the newest first:
--        its score or, if one is named, that of {control} or of {service}; null if it had none then. Window is what it looked back on
SELECT
    substring(EventId, length('compliance/') + 1) AS assessment, Attributes['qms.compliance.framework'] AS framework,
    toUnixTimestamp64Nano(Time) AS time_ns, Attributes['qms.compliance.scheduled'] = 'true' AS scheduled,
    JSONExtractInt(Body, 'start_ns') AS start_ns, JSONExtractInt(Body, 'end_ns') AS end_ns,
    JSONExtract(Body, 'controls', 'Array(Tuple(control String, result String, score Nullable(Float64)))') AS controls,
    JSONExtract(Body, 'services', 'Array(Tuple(service String, score Nullable(Float64)))') AS services,
    arrayCount(each -> tupleElement(each, 'result') = 'passed', controls) AS passed,
    arrayCount(each -> tupleElement(each, 'result') NOT IN ('not_assessed', 'waived', 'not_applicable'), controls) AS assessed,
    length(controls) AS of,
    multiIf({control:String} != '', tupleElement(arrayFirst(each -> tupleElement(each, 'control') = {control:String}, controls), 'score'),
        {service:String} != '', tupleElement(arrayFirst(each -> tupleElement(each, 'service') = {service:String}, services), 'score'),
        toFloat64OrNull(Attributes['qms.compliance.score'])) AS score
FROM assay_event_records FINAL
WHERE EventName = 'qms.compliance.assessed' AND NOT Retracted
    AND Time >= fromUnixTimestamp64Nano({start:Int64}) AND Time < fromUnixTimestamp64Nano({end:Int64})
    AND ({framework:String} = '' OR Attributes['qms.compliance.framework'] = {framework:String})
ORDER BY time_ns DESC, assessment
LIMIT {limit:UInt32}
