-- kind: series
-- why: the counters and gauges of delivery that the guidelines name, for whoever scrapes them
-- reads: assay_delivery_facts
-- gives: one row per metric, service, environment and severity. All that is known counts; a correction may lower a counter. A frequency is deployments that
--        succeeded per day of the last 7 days before {now:Int64}, a rate is per cent of the deployments of the last 30 days, and is left out where there
--        are none. An incident without a named cause counts if it began less than {link_seconds:UInt32} after the deployment.
WITH
    fromUnixTimestamp64Nano({now:Int64}, 'UTC') AS now,
    deployments AS
    (
        SELECT
            Service, Environment, count() AS all, countIf(is_failed) AS failed, countIf(Succeeded AND Time > now - INTERVAL 7 DAY AND Time <= now) AS week,
            countIf(Time > now - INTERVAL 30 DAY AND Time <= now) AS month, countIf(is_failed AND Time > now - INTERVAL 30 DAY AND Time <= now) AS month_failed
        FROM (SELECT *, arrayExists(gap -> gap < {link_seconds:UInt32}, `Reasons.Gap`) AS is_failed FROM assay_delivery_facts)
        WHERE Generation = (SELECT max(Generation) FROM assay_delivery_facts WHERE Fact = 'complete') AND Fact = 'deployment'
        GROUP BY Service, Environment
    )
SELECT name, service, environment, severity, value
FROM
(
    SELECT
        arrayJoin([('qms_deployments_total', toFloat64(all)), ('qms_failed_deployments_total', toFloat64(failed)), ('qms_deployment_frequency', week / 7),
            ('qms_change_failure_rate', if(month = 0, nan, 100 * month_failed / month))]) AS each,
        each.1 AS name, Service AS service, Environment AS environment, '' AS severity, each.2 AS value
    FROM deployments
    UNION ALL
    SELECT ('', 0.), 'qms_incidents_total', Service, Environment, Severity, toFloat64(count())
    FROM assay_delivery_facts
    WHERE Generation = (SELECT max(Generation) FROM assay_delivery_facts WHERE Fact = 'complete') AND Fact = 'incident'
    GROUP BY Service, Environment, Severity
)
WHERE NOT isNaN(value)
ORDER BY name, service, environment, severity
