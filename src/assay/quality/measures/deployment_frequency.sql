-- kind: measure
-- why: how often a new version reaches its users
-- reads: assay_delivery_facts
-- gives: one row per group and window (0 asked for, 1 the one before). A group is a service, a team or an environment, as {by:String} says. Only deployments that
--        succeeded count. per_day is their number by the length of the window, its interval that of the mean of the days (bootstrap standard
--        interval: 1.96 standard errors). Days are calendar days of the time zone {zone:String}, without deployments or with. weeks counts the days
--        with a deployment in each block of seven days, the last one first; days that make no whole block are left out. known_since is the first
--        deployment that is known: there is no row of a window that ends before it, for nobody knows then.
WITH
    fromUnixTimestamp64Nano({start:Int64}, 'UTC') AS start, fromUnixTimestamp64Nano({end:Int64}, 'UTC') AS end, fromUnixTimestamp64Nano({before:Int64}, 'UTC') AS before,
    daily AS
    (
        SELECT
            multiIf({by:String} = 'service', Service, {by:String} = 'team', Team, '') AS name, Environment AS environment,
            toDate(Time, {zone:String}) AS day, Time >= start AS is_now, Time >= before AS is_asked, count() AS deployments, countIf(Inferred) AS concluded, min(Time) AS first
        FROM assay_delivery_facts
        WHERE Generation = (SELECT max(Generation) FROM assay_delivery_facts WHERE Fact = 'complete') AND Fact = 'deployment' AND Succeeded AND Time < end
            AND ({service:String} = '' OR Service = {service:String}) AND ({team:String} = '' OR Team = {team:String})
            AND ({environment:String} = '' OR Environment = {environment:String})
        GROUP BY name, environment, day, is_now, is_asked
    ),
    groups AS
    (
        SELECT
            name, environment, arrayJoin([(0, start, end), (1, before, start)]) AS bounds, bounds.1 AS window, min(first) AS known_since,
            dateDiff('second', bounds.2, bounds.3) / 86400 AS length_days,
            toDate(bounds.3 - toIntervalNanosecond(1), {zone:String}) AS last_day, last_day - toDate(bounds.2, {zone:String}) + 1 AS days,
            groupArrayIf((day, deployments), is_asked AND is_now = (window = 0)) AS counted,
            sumIf(concluded, is_asked AND is_now = (window = 0)) AS inferred
        FROM daily
        GROUP BY name, environment, bounds
        HAVING known_since < bounds.3
    )
SELECT
    name, environment, window, known_since_ns, n, inferred, per_day, if(n = 0 OR days < 2, [], [greatest(0., per_day - margin), per_day + margin]) AS per_day_interval,
    weeks, assay_quantiles(arraySort(weeks), [0.5])[1] AS days_per_week, assay_median_interval(arraySort(weeks)) AS days_per_week_interval
FROM
(
    SELECT
        name, environment, window, days, inferred, toUnixTimestamp64Nano(known_since) AS known_since_ns, arraySum(counted.2) AS n, n / length_days AS per_day,
        1.959964 * sqrt(greatest(0., arraySum(count -> count * count, counted.2) / days - pow(n / days, 2)) / days) * days / length_days AS margin,
        arrayMap(week -> arrayCount(day -> intDiv(last_day - day, 7) = week, arrayDistinct(counted.1)), range(toUInt64(intDiv(days, 7)))) AS weeks
    FROM groups
)
ORDER BY name, environment, window
