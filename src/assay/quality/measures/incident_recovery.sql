-- kind: measure
-- why: how long an incident lasts, whatever caused it
-- reads: assay_incidents
-- gives: one row per group and window (0 asked for, 1 the one before). A value is the time from the opening of an incident to its last resolution, in the
--        window in which it was resolved; incidents that overlap count each for itself. opened, and open at the end of the window, are counted
--        besides; so are incidents that end before they begin (skewed), and those of which no beginning is known (unknown). Seconds; the interval is that of the
--        bootstrap of the median. The team of an incident that names none is that of the service's last deployment.
WITH
    fromUnixTimestamp64Nano({start:Int64}, 'UTC') AS start, fromUnixTimestamp64Nano({end:Int64}, 'UTC') AS end, fromUnixTimestamp64Nano({before:Int64}, 'UTC') AS before,
    teams AS (SELECT Service AS service, argMax(Team, Time) AS team FROM assay_deployments WHERE Team != '' AND {by:String} || {team:String} != 'service' GROUP BY service),
    chosen AS
    (
        SELECT
            if(Team = '', team, Team) AS answering, multiIf({by:String} = 'service', Service, {by:String} = 'team', answering, '') AS name, Environment AS environment, OpenedAt, ResolvedAt,
            arrayJoin([(0, start, end), (1, before, start)]) AS bounds, bounds.1 AS window,
            dateDiff('millisecond', OpenedAt, ResolvedAt) / 1000 AS seconds, ifNull(ResolvedAt >= bounds.2 AND ResolvedAt < bounds.3, false) AS is_resolved
        FROM assay_incidents
        LEFT JOIN teams ON teams.service = Service
        WHERE ({service:String} = '' OR Service = {service:String}) AND ({environment:String} = '' OR Environment = {environment:String})
            AND ({team:String} = '' OR answering = {team:String})
    )
SELECT
    name, environment, window, opened, open, skewed, unknown, length(sorted) AS n, assay_quantiles(sorted, [0., 0.25, 0.5, 0.75, 0.9, 0.95, 1.]) AS distribution,
    assay_median_interval(sorted) AS interval, if(n = 0, NULL, arrayAvg(sorted)) AS mean
FROM
(
    SELECT
        name, environment, window,
        countIf(OpenedAt >= bounds.2 AND OpenedAt < bounds.3) AS opened,
        countIf(OpenedAt < bounds.3 AND ifNull(ResolvedAt >= bounds.3, true)) AS open,
        countIf(is_resolved AND seconds < 0) AS skewed,
        countIf(is_resolved AND OpenedAt IS NULL) AS unknown,
        arraySort(groupArrayIf(assumeNotNull(seconds), is_resolved AND ifNull(seconds >= 0, false))) AS sorted
    FROM chosen
    GROUP BY name, environment, window
)
WHERE opened + open + skewed + unknown + length(sorted) > 0
ORDER BY name, environment, window
