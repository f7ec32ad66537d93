-- kind: series
-- why: the guidelines' metrics of compliance, for whoever scrapes
-- reads: assay_event_records
-- gives: one row per framework, control, whether it passed, and environment; `n` is how often it was checked, by Assay or by a service,
--        `timed` of these have a duration, `seconds` adds these up and `at_most` counts those up to each of `bounds`
SELECT
    Attributes['qms.compliance.framework'] AS framework, Attributes['qms.compliance.control'] AS control, Status = 'passed' AS passed,
    toString(Environment) AS environment, count() AS n, count(Seconds) AS timed, sum(ifNull(Seconds, 0)) AS seconds,
    arrayMap(bound -> arrayCount(each -> each <= bound, groupArray(Seconds)), {bounds:Array(Float64)}) AS at_most
FROM assay_event_records FINAL
WHERE EventName = 'qms.compliance.checked' AND NOT Retracted
GROUP BY framework, control, passed, environment
ORDER BY ALL
