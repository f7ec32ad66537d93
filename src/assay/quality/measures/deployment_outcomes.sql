-- kind: measure
-- why: change failure rate, recovery of failed deployments and rework rate: three numbers on the same deployments, which therefore fit each other
-- reads: assay_delivery_facts
-- gives: one row per group and window (0 asked for, 1 the one before). n deployments ended in the window, well or not; failed are those with at least one
--        reason, whatever the number of reasons; an incident that names no cause is one if it began less than {link_seconds:UInt32} after the deployment; rework are those that say or show that they repair. So neither is above n. failed_by counts deployments
--        by the surest method. A failed deployment has recovered when the last of its incidents was resolved, or, if it has none, with the
--        first deployment that repaired it; the time from the end of the failed one to then is a value of the window in which it recovered.
--        unrecovered have not by the end of the window, skewed would have before they ended. Seconds; intervals as in
--        assay_share_interval and assay_median_interval.
WITH
    fromUnixTimestamp64Nano({start:Int64}, 'UTC') AS start, fromUnixTimestamp64Nano({end:Int64}, 'UTC') AS end, fromUnixTimestamp64Nano({before:Int64}, 'UTC') AS before,
    failures AS
    (
        SELECT
            multiIf({by:String} = 'service', Service, {by:String} = 'team', Team, '') AS name, Environment AS environment, Time AS time,
            arrayFilter(reason -> reason.2 < {link_seconds:UInt32}, arrayZip(`Reasons.Method`, `Reasons.Gap`, `Reasons.IncidentKey`, `Reasons.EndedAt`)) AS reasons
        FROM assay_delivery_facts
        WHERE Generation = (SELECT max(Generation) FROM assay_delivery_facts WHERE Fact = 'complete') AND Fact = 'failure' AND Time < end
            AND ({service:String} = '' OR Service = {service:String}) AND ({team:String} = '' OR Team = {team:String})
            AND ({environment:String} = '' OR Environment = {environment:String})
    ),
    recoveries AS
    (
        SELECT
            name, environment, time, method, arrayJoin([(0, start, end), (1, before, start)]) AS bounds,
            multiIf(
                empty(incidents), arrayMin(arrayMap(reason -> ifNull(reason.4, end), reasons)),
                arrayExists(incident -> incident.4 IS NULL, incidents), NULL,
                arrayMax(arrayMap(incident -> assumeNotNull(incident.4), incidents))) AS recovered
        FROM (SELECT name, environment, time, reasons, reasons[1].1 AS method, arrayFilter(reason -> reason.3 != 0, reasons) AS incidents FROM failures WHERE notEmpty(reasons))
    ),
    counted AS
    (
        SELECT
            multiIf({by:String} = 'service', Service, {by:String} = 'team', Team, '') AS name, Environment AS environment, toUInt8(Time < start) AS window,
            count() AS n, countIf(IsRework) AS rework, 0 AS failed, map()::Map(String, UInt64) AS failed_by, []::Array(Float64) AS times, 0 AS skewed, 0 AS unrecovered
        FROM assay_delivery_facts
        WHERE Generation = (SELECT max(Generation) FROM assay_delivery_facts WHERE Fact = 'complete') AND Fact = 'deployment' AND Time >= before AND Time < end
            AND ({service:String} = '' OR Service = {service:String}) AND ({team:String} = '' OR Team = {team:String})
            AND ({environment:String} = '' OR Environment = {environment:String})
        GROUP BY name, environment, window
        UNION ALL
        SELECT
            name, environment, window, 0, 0, countIf(is_ended), sumMapIf(map(toString(method), toUInt64(1)), is_ended),
            groupArrayIf(seconds, is_recovered AND seconds >= 0), countIf(is_recovered AND seconds < 0), countIf(is_unrecovered)
        FROM
        (
            SELECT
                name, environment, method, bounds.1 AS window, dateDiff('millisecond', time, assumeNotNull(recovered)) / 1000 AS seconds,
                time >= bounds.2 AND time < bounds.3 AS is_ended, ifNull(recovered >= bounds.2 AND recovered < bounds.3, false) AS is_recovered,
                time < bounds.3 AND ifNull(recovered >= bounds.3, true) AS is_unrecovered
            FROM recoveries
        )
        GROUP BY name, environment, window
    )
SELECT
    name, environment, window, n, failed, rework, failed_by, skewed, unrecovered, assay_share_interval(failed, n) AS failure_rate_interval, assay_share_interval(rework, n) AS rework_rate_interval,
    length(sorted) AS recovered, assay_quantiles(sorted, [0., 0.25, 0.5, 0.75, 0.9, 0.95, 1.]) AS distribution,
    assay_median_interval(sorted) AS interval, if(recovered = 0, NULL, arrayAvg(sorted)) AS mean
FROM
(
    SELECT
        name, environment, window, sum(counted.n) AS n, sum(counted.failed) AS failed, sum(counted.rework) AS rework, sumMap(counted.failed_by) AS failed_by,
        arraySort(arrayFlatten(groupArray(times))) AS sorted, sum(counted.skewed) AS skewed, sum(counted.unrecovered) AS unrecovered
    FROM counted
    GROUP BY name, environment, window
)
ORDER BY name, environment, window
