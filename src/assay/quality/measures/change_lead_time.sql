-- kind: measure
-- why: how long a commit takes to reach its users
-- reads: assay_delivery_facts
-- gives: one row per group and window (0 asked for, 1 the one before) with lead times; facts/leads.sql says what one is. It belongs to the window in which
--        the commit was deployed. A span below zero, by clocks that disagree, is counted in skewed and nowhere else. Seconds; interval is that of the
--        bootstrap of the median; distribution has the least, the quartiles around the median, the 90th and 95th percentile, and the greatest.
WITH
    fromUnixTimestamp64Nano({start:Int64}, 'UTC') AS start, fromUnixTimestamp64Nano({end:Int64}, 'UTC') AS end, fromUnixTimestamp64Nano({before:Int64}, 'UTC') AS before
SELECT
    name, environment, window, skewed, inferred, length(sorted) AS n, assay_quantiles(sorted, [0., 0.25, 0.5, 0.75, 0.9, 0.95, 1.]) AS distribution,
    assay_median_interval(sorted) AS interval, if(n = 0, NULL, arrayAvg(sorted)) AS mean
FROM
(
    SELECT
        multiIf({by:String} = 'service', Service, {by:String} = 'team', Team, '') AS name, Environment AS environment, toUInt8(Time < start) AS window,
        countIf(Seconds < 0) AS skewed, countIf(Inferred AND Seconds >= 0) AS inferred, arraySort(groupArrayIf(Seconds, Seconds >= 0)) AS sorted
    FROM assay_delivery_facts
    WHERE Generation = (SELECT max(Generation) FROM assay_delivery_facts WHERE Fact = 'complete') AND Fact = 'lead' AND Time >= before AND Time < end
        AND ({service:String} = '' OR Service = {service:String}) AND ({team:String} = '' OR Team = {team:String})
        AND ({environment:String} = '' OR Environment = {environment:String})
    GROUP BY name, environment, window
)
ORDER BY name, environment, window
