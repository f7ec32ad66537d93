-- kind: list
-- why: what the objectives of a gate came to up to an evaluation, so that one sees its values among the others
-- reads: assay_event_records
-- gives: one row per evaluation and objective that came to a value, of evaluations whose ids begin with `key`, at most `limit` of each objective, the newest
--        first. What it measured has to be the same. `is_good` is true where the value can be part of a baseline, as in read_baseline
WITH rows AS
(
    SELECT
        Attributes['qms.quality_gate.evaluation_id'] AS evaluation, Attributes['qms.criteria'] AS objective, Attributes['qms.criteria.result'] AS counts_as,
        Attributes['qms.criteria.measure'] AS measure, toFloat64OrNull(Attributes['qms.criteria.value']) AS value, Time, toString(Version) AS version, Status
    FROM assay_event_records FINAL
    WHERE EventName = 'qms.quality_gate.evaluated' AND startsWith(EventId, {key:String}) AND NOT Retracted
        AND Time <= fromUnixTimestamp64Nano({until:Int64}) AND Service = {service:String} AND Environment = assay_environment({environment:String})
        AND Attributes['qms.quality_gate.name'] = {gate:String}
)
SELECT
    objective, evaluation, toUnixTimestamp64Nano(Time) AS time_ns, version, assumeNotNull(value) AS value, counts_as,
    Status = 'passed' AND counts_as IN ('passed', 'ignored') AS is_good
FROM rows
WHERE objective != '' AND value IS NOT NULL AND has(arrayZip({objectives:Array(String)}, {measures:Array(String)}), (objective, measure))
    AND evaluation IN (SELECT evaluation FROM rows WHERE objective = '')
ORDER BY objective, Time DESC, evaluation
LIMIT {limit:UInt32} BY objective
