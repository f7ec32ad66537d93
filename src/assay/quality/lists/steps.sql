-- kind: list
-- why: how delivery went over time: the numbers of a window, taken apart
-- reads: assay_delivery_facts
-- gives: one row per step in which something happened, the oldest first. Steps are {days:UInt16} calendar days of the time zone {zone:String}, counted back from the
--        last day of the window; the first is shorter if they do not fill it. Each value is in the step to which the measures would count it: a
--        deployment where it ended, a lead time where the commit was deployed, a recovery where it was complete. Medians are in seconds, null without values.
WITH
    fromUnixTimestamp64Nano({start:Int64}, 'UTC') AS start, fromUnixTimestamp64Nano({end:Int64}, 'UTC') AS end,
    toDate(end - toIntervalNanosecond(1), {zone:String}) AS last_day,
    facts AS
    (
        SELECT
            Fact, Time, Seconds, Succeeded, IsRework, OpenedAt, ResolvedAt,
            arrayFilter(reason -> reason.1 < {link_seconds:UInt32}, arrayZip(`Reasons.Gap`, `Reasons.IncidentKey`, `Reasons.EndedAt`)) AS reasons,
            arrayFilter(reason -> reason.2 != 0, reasons) AS incidents,
            multiIf(
                empty(reasons), NULL,
                empty(incidents), arrayMin(arrayMap(reason -> ifNull(reason.3, end), reasons)),
                arrayExists(incident -> incident.3 IS NULL, incidents), NULL,
                arrayMax(arrayMap(incident -> assumeNotNull(incident.3), incidents))) AS recovered
        FROM assay_delivery_facts
        WHERE Generation = (SELECT max(Generation) FROM assay_delivery_facts WHERE Fact = 'complete') AND Fact IN ('deployment', 'lead', 'incident')
            AND ({service:String} = '' OR Service = {service:String}) AND ({team:String} = '' OR Team = {team:String})
            AND ({environment:String} = '' OR Environment = {environment:String})
    ),
    values AS
    (
        SELECT
            arrayJoin(arrayFilter(each -> ifNull(each.2 >= start AND each.2 < end, false), multiIf(
                Fact = 'lead', [('lead', toNullable(Time), toNullable(Seconds))],
                Fact = 'incident', [('incident', ResolvedAt, dateDiff('millisecond', OpenedAt, ResolvedAt) / 1000)],
                [
                    ('ended', toNullable(Time), NULL), (if(Succeeded, 'succeeded', ''), toNullable(Time), NULL),
                    (if(empty(reasons), '', 'failed'), toNullable(Time), NULL), (if(IsRework, 'rework', ''), toNullable(Time), NULL),
                    ('recovery', recovered, dateDiff('millisecond', Time, recovered) / 1000)
                ]))) AS value,
            value.1 AS what, value.3 AS seconds, intDiv(last_day - toDate(assumeNotNull(value.2), {zone:String}), {days:UInt16}) AS back
        FROM facts
    )
SELECT
    concat(formatDateTime(greatest(start, toDateTime64(toString(last_day + 1 - (back + 1) * {days:UInt16}), 9, {zone:String})), '%Y-%m-%dT%H:%i:%S', 'UTC'), 'Z') AS begins,
    countIf(what = 'ended') AS deployments, countIf(what = 'succeeded') AS succeeded, countIf(what = 'failed') AS failed, countIf(what = 'rework') AS rework,
    countIf(what = 'lead' AND seconds >= 0) AS changes, quantileExactInclusiveOrNull(0.5)(if(what = 'lead' AND seconds >= 0, seconds, NULL)) AS lead_seconds,
    countIf(what = 'recovery' AND seconds >= 0) AS recovered, quantileExactInclusiveOrNull(0.5)(if(what = 'recovery' AND seconds >= 0, seconds, NULL)) AS recovery_seconds,
    countIf(what = 'incident' AND seconds >= 0) AS resolved, quantileExactInclusiveOrNull(0.5)(if(what = 'incident' AND seconds >= 0, seconds, NULL)) AS incident_seconds
FROM values
WHERE what != ''
GROUP BY back
ORDER BY back DESC
