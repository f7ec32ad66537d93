-- kind: series
-- why: the guidelines' metrics of quality gates, for whoever scrapes
-- reads: assay_event_records
-- gives: one row per stage, result, environment, type and criterion (empty: the evaluations themselves). Recent counts those since `since`;
--        `at_most` counts durations up to each of `bounds`, `seconds` adds them up, `timed` is how many have one
SELECT
    Attributes['qms.quality_gate.stage'] AS stage, toString(Status) AS result, toString(Environment) AS environment, Attributes['qms.gate.type'] AS type,
    Attributes['qms.criteria'] AS criteria, Attributes['qms.criteria.result'] AS criteria_result,
    count() AS n, countIf(Time >= fromUnixTimestamp64Nano({since:Int64})) AS recent,
    count(Seconds) AS timed, sum(ifNull(Seconds, 0)) AS seconds,
    sumForEach(arrayMap(bound -> toUInt64(ifNull(Seconds <= bound, false)), {bounds:Array(Float64)})) AS at_most
FROM assay_event_records FINAL
WHERE EventName = 'qms.quality_gate.evaluated' AND NOT Retracted
GROUP BY stage, result, environment, type, criteria, criteria_result
ORDER BY ALL
