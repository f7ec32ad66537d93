-- kind: measure
-- why: how long an incident lasts, whatever caused it
-- reads: assay_delivery_facts
-- gives: one row per group and window (0 asked for, 1 the one before). A value is the time from the opening of an incident to its last resolution, in the
--        window in which it was resolved; incidents that overlap count each for itself. opened, and open at the end of the window, are counted
--        besides; so are incidents that end before they begin (skewed), and those of which no beginning is known (unknown). Seconds; the interval is that of the
--        bootstrap of the median.
WITH
    fromUnixTimestamp64Nano({start:Int64}, 'UTC') AS start, fromUnixTimestamp64Nano({end:Int64}, 'UTC') AS end, fromUnixTimestamp64Nano({before:Int64}, 'UTC') AS before,
    chosen AS
    (
        SELECT
            multiIf({by:String} = 'service', Service, {by:String} = 'team', Team, '') AS name, Environment AS environment, OpenedAt, ResolvedAt, Inferred,
            arrayJoin([(0, start, end), (1, before, start)]) AS bounds, bounds.1 AS window,
            dateDiff('millisecond', OpenedAt, ResolvedAt) / 1000 AS seconds, ifNull(ResolvedAt >= bounds.2 AND ResolvedAt < bounds.3, false) AS is_resolved
        FROM assay_delivery_facts
        WHERE Generation = (SELECT max(Generation) FROM assay_delivery_facts WHERE Fact = 'complete') AND Fact = 'incident'
            AND ({service:String} = '' OR Service = {service:String}) AND ({team:String} = '' OR Team = {team:String})
            AND ({environment:String} = '' OR Environment = {environment:String})
    )
SELECT
    name, environment, window, opened, open, skewed, unknown, inferred, length(sorted) AS n, assay_quantiles(sorted, [0., 0.25, 0.5, 0.75, 0.9, 0.95, 1.]) AS distribution,
    assay_median_interval(sorted) AS interval, if(n = 0, NULL, arrayAvg(sorted)) AS mean
FROM
(
    SELECT
        name, environment, window,
        countIf(OpenedAt >= bounds.2 AND OpenedAt < bounds.3) AS opened,
        countIf(OpenedAt < bounds.3 AND ifNull(ResolvedAt >= bounds.3, true)) AS open,
        countIf(is_resolved AND seconds < 0) AS skewed,
        countIf(is_resolved AND OpenedAt IS NULL) AS unknown,
        countIf(is_resolved AND Inferred) AS inferred,
        arraySort(groupArrayIf(assumeNotNull(seconds), is_resolved AND ifNull(seconds >= 0, false))) AS sorted
    FROM chosen
    GROUP BY name, environment, window
)
WHERE opened + open + skewed + unknown + length(sorted) > 0
ORDER BY name, environment, window
