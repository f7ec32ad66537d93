-- kind: measure
-- why: what an objective came to when the gate passed before, for criteria that compare with it
-- reads: assay_event_records
-- gives: one row per objective: the values of its last `limit` evaluations, the newest first, of those whose ids begin with `key`, that passed as a
--        whole and in which this objective passed, or was left out for want of a baseline. One that measured something else under the same name
--        does not count, nor does an evaluation that was withdrawn
WITH rows AS
(
    SELECT
        Attributes['qms.quality_gate.evaluation_id'] AS evaluation, Attributes['qms.criteria'] AS objective, Attributes['qms.criteria.result'] AS result,
        Attributes['qms.criteria.measure'] AS measure, toFloat64OrNull(Attributes['qms.criteria.value']) AS value, Time
    FROM assay_event_records FINAL
    WHERE EventName = 'qms.quality_gate.evaluated' AND startsWith(EventId, {key:String}) AND NOT Retracted AND Status = 'passed' AND Time < fromUnixTimestamp64Nano({before:Int64})
        AND Service = {service:String} AND Environment = assay_environment({environment:String})
        AND Attributes['qms.quality_gate.name'] = {gate:String}
)
SELECT objective, groupArray({limit:UInt32})(value) AS values
FROM
(
    SELECT objective, value
    FROM rows
    WHERE objective != '' AND value IS NOT NULL AND result IN ('passed', 'ignored')
        AND has(arrayZip({objectives:Array(String)}, {measures:Array(String)}), (objective, measure))
        AND evaluation IN (SELECT evaluation FROM rows WHERE objective = '')
    ORDER BY Time DESC, evaluation
)
GROUP BY objective
