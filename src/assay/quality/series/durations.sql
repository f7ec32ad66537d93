-- kind: series
-- why: the histograms of delivery that the guidelines name, for whoever scrapes them
-- reads: assay_delivery_facts
-- gives: one row per metric, service, environment and severity: how many of all durations that are known are at most as long as each of {bounds:Array(Float64)}
--        (seconds), how many there are, and their sum
WITH durations AS
(
    SELECT 'qms_lead_time_changes_seconds' AS name, Service AS service, Environment AS environment, '' AS severity, Seconds AS seconds
    FROM assay_delivery_facts
    WHERE Generation = (SELECT max(Generation) FROM assay_delivery_facts WHERE Fact = 'complete') AND Fact = 'lead'
    UNION ALL
    SELECT 'qms_mttr_seconds', Service, Environment, Severity, dateDiff('millisecond', assumeNotNull(OpenedAt), assumeNotNull(ResolvedAt)) / 1000
    FROM assay_delivery_facts
    WHERE Generation = (SELECT max(Generation) FROM assay_delivery_facts WHERE Fact = 'complete') AND Fact = 'incident' AND OpenedAt IS NOT NULL AND ResolvedAt IS NOT NULL
)
SELECT
    name, service, environment, severity, arrayMap(bound -> arrayCount(each -> each <= bound, values), {bounds:Array(Float64)}) AS at_most,
    length(values) AS n, arraySum(values) AS total
FROM (SELECT name, service, environment, severity, groupArray(seconds) AS values FROM durations WHERE seconds >= 0 GROUP BY name, service, environment, severity)
ORDER BY name, service, environment, severity
