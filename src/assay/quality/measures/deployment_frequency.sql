-- kind: measure
-- why: how often a new version reaches its users
-- reads: assay_delivery_facts
-- gives: one row per group and window (0 asked for, 1 the one before). A group is a service, a team or an environment, as {by:String} says. Only deployments that
--        succeeded count. per_day is their number by the length of the window, its interval that of the mean of the days (bootstrap standard
--        interval: 1.96 standard errors). Days are calendar days of the time zone {zone:String}, without deployments or with. weeks counts the days
--        with a deployment in each block of seven days back from the last one, the least first; days that make no whole block are left out; distribution is of them, as in change_lead_time.sql. known_since is the first
--        deployment that is known: there is no row of a window that ends before it, for nobody knows then.
WITH
    fromUnixTimestamp64Nano({start:Int64}, 'UTC') AS start, fromUnixTimestamp64Nano({end:Int64}, 'UTC') AS end, fromUnixTimestamp64Nano({before:Int64}, 'UTC') AS before,
    runs -> arrayMap(run -> length(run), arraySplit((value, step) -> step != 0, runs, arrayDifference(runs))) AS lengths_of_runs,
    groups AS
    (
        WITH toUInt16(toDate(Time, {zone:String})) AS day
        SELECT
            multiIf({by:String} = 'service', Service, {by:String} = 'team', Team, '') AS name, Environment AS environment, min(Time) AS known_since,
            arraySort(groupArrayIf(day, Time >= start)) AS days_now, countIf(Inferred AND Time >= start) AS inferred_now,
            arraySort(groupArrayIf(day, Time >= before AND Time < start)) AS days_before, countIf(Inferred AND Time >= before AND Time < start) AS inferred_before
        FROM assay_delivery_facts
        WHERE Generation = (SELECT max(Generation) FROM assay_delivery_facts WHERE Fact = 'complete') AND Fact = 'deployment' AND Succeeded AND Time < end
            AND ({service:String} = '' OR Service = {service:String}) AND ({team:String} = '' OR Team = {team:String})
            AND ({environment:String} = '' OR Environment = {environment:String})
        GROUP BY name, environment
    ),
    windows AS
    (
        SELECT
            name, environment, known_since, asked.1 AS window, asked.4 AS ended, asked.5 AS inferred, dateDiff('second', asked.2, asked.3) / 86400 AS length_days,
            toDate(asked.3 - toIntervalNanosecond(1), {zone:String}) AS last_day, last_day - toDate(asked.2, {zone:String}) + 1 AS days
        FROM
        (
            SELECT name, environment, known_since, arrayJoin([(0, start, end, days_now, inferred_now), (1, before, start, days_before, inferred_before)]) AS asked
            FROM groups
        )
        WHERE known_since < asked.3
    ),
    added AS
    (
        SELECT
            name, environment, window, known_since, inferred, days, length_days, length(ended) AS n, lengths_of_runs(ended) AS counts, toUInt64(intDiv(days, 7)) AS whole_weeks,
            arrayFilter(week -> week < whole_weeks, arrayMap(day -> intDiv(toUInt16(last_day) - day, 7), arrayCompact(ended))) AS weeks_of_days
        FROM windows
    ),
    weekly AS
    (
        SELECT
            name, environment, window, known_since, inferred, days, n, n / length_days AS per_day,
            1.959964 * sqrt(greatest(0., arraySum(count -> count * count, counts) / days - pow(n / days, 2)) / days) * days / length_days AS margin,
            arraySort(arrayResize(lengths_of_runs(weeks_of_days), whole_weeks, 0)) AS weeks
        FROM added
    )
SELECT
    name, environment, window, toUnixTimestamp64Nano(known_since) AS known_since_ns, n, inferred, per_day,
    if(n = 0 OR days < 2, [], [greatest(0., per_day - margin), per_day + margin]) AS per_day_interval,
    weeks, assay_quantiles(weeks, [0., 0.25, 0.5, 0.75, 0.9, 0.95, 1.]) AS distribution, distribution[3] AS days_per_week, assay_median_interval(weeks) AS days_per_week_interval
FROM weekly
ORDER BY name, environment, window
