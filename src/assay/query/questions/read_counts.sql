-- kind: question
-- why: how many values a histogram or summary took in, and how large they were, by step and series
-- reads: otel_metrics_histogram, otel_metrics_exp_histogram, otel_metrics_summary
-- gives: one row per series and step; series, streams, resets, `top` and `from` as in read_numbers. min and max are of all points that have them
--        and, of cumulative streams, since their start.
WITH
    points AS
    (
        SELECT
            if({merge:Bool},
                mapFromArrays({by:Array(String)}, arrayMap((key, found) -> if(key = 'service.name', ServiceName, found[1]),
                    {by:Array(String)}, assay_found(Attributes, ResourceAttributes, {by_names:Array(Array(String))}))),
                mapConcat(map('service.name', toString(ServiceName)), CAST(Attributes, 'Map(String, String)'))) AS labels,
            MetricUnit AS unit,
            cityHash64(ServiceName, ResourceAttributes, ScopeName, ScopeVersion, ScopeAttributes, Attributes, unit) AS stream,
            TimeUnixNano AS time, StartTimeUnixNano AS started, AggregationTemporality AS temporality,
            toFloat64(Count) AS values, Sum AS value, least, most
        FROM
        (
            SELECT
                ServiceName, ResourceAttributes, ScopeName, ScopeVersion, ScopeAttributes, Attributes, MetricUnit,
                TimeUnixNano, StartTimeUnixNano, Count, Sum, AggregationTemporality, if(MinPresent, Min, NULL) AS least, if(MaxPresent, Max, NULL) AS most
            FROM otel_metrics_histogram
            WHERE {kind:String} = 'histogram' AND MetricName = {name:String} AND bitAnd(Flags, 1) = 0
                AND TimeUnix >= toDateTime(intDiv({from:Int64}, 1000000000)) AND TimeUnixNano >= {from:Int64} AND TimeUnixNano < {end:Int64}
            UNION ALL
            SELECT
                ServiceName, ResourceAttributes, ScopeName, ScopeVersion, ScopeAttributes, Attributes, MetricUnit,
                TimeUnixNano, StartTimeUnixNano, Count, Sum, AggregationTemporality, if(MinPresent, Min, NULL) AS least, if(MaxPresent, Max, NULL) AS most
            FROM otel_metrics_exp_histogram
            WHERE {kind:String} = 'exponential_histogram' AND MetricName = {name:String} AND bitAnd(Flags, 1) = 0
                AND TimeUnix >= toDateTime(intDiv({from:Int64}, 1000000000)) AND TimeUnixNano >= {from:Int64} AND TimeUnixNano < {end:Int64}
            UNION ALL
            SELECT
                ServiceName, ResourceAttributes, ScopeName, ScopeVersion, ScopeAttributes, Attributes, MetricUnit,
                TimeUnixNano, StartTimeUnixNano, Count, Sum, 2 AS AggregationTemporality, NULL AS least, NULL AS most
            FROM otel_metrics_summary
            WHERE {kind:String} = 'summary' AND MetricName = {name:String} AND bitAnd(Flags, 1) = 0
                AND TimeUnix >= toDateTime(intDiv({from:Int64}, 1000000000)) AND TimeUnixNano >= {from:Int64} AND TimeUnixNano < {end:Int64}
        )
        WHERE true
        AND ({service:String} = '' OR ServiceName = {service:String})
        -- The indexes of values know only single texts: this leaves them out where none can match.
        AND ({needle:String} = '' OR has(mapValues(Attributes), {needle:String}) OR has(mapValues(ResourceAttributes), {needle:String}))
        AND (empty({names:Array(Array(String))}) OR assay_meets(assay_found(Attributes, ResourceAttributes, {names:Array(Array(String))}),
            {operators:Array(String)}, {texts:Array(String)}, {numbers:Array(Float64)}))
        LIMIT 1 BY stream, started, time
    ),
    changes AS
    (
        SELECT
            *,
            lagInFrame(time) OVER before AS time_before,
            time_before != 0 AND lagInFrame(started) OVER before = started AND values >= lagInFrame(values) OVER before AS continues,
            temporality = 1 OR time_before != 0 OR started >= {from:Int64} AS known,
            if(known, values - if(continues AND temporality != 1, lagInFrame(values) OVER before, 0), 0) AS values_grown,
            if(known, value - if(continues AND temporality != 1, lagInFrame(value) OVER before, 0), 0) AS grown
        FROM points
        WINDOW before AS (PARTITION BY stream ORDER BY time, started ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
    ),
    answers AS
    (
        SELECT
            labels, unit, intDiv(time, {step:Int64}) * {step:Int64} AS step_ns,
            sum(values_grown) AS count, sum(grown) AS sum, if(count = 0, NULL, sum / count) AS avg, count / ({step:Int64} / 1e9) AS rate,
            min(least) AS min, max(most) AS max
        FROM changes
        WHERE time >= {start:Int64}
        GROUP BY labels, unit, step_ns
    ),
    told AS (SELECT labels, unit, step_ns, multiIf(
        {aggregation:String} = 'count', count, {aggregation:String} = 'avg', avg, {aggregation:String} = 'min', min, {aggregation:String} = 'max', max,
        {aggregation:String} = 'sum', sum, rate) AS value FROM answers),
    ranked AS (SELECT *, ifNull(avg(value) OVER (PARTITION BY labels, unit), -inf) AS height FROM told)
SELECT labels, unit, step_ns, value, series
FROM
(
    SELECT
        *, dense_rank() OVER (ORDER BY height DESC, toString(labels), unit) AS place, uniqExact(labels, unit) OVER () AS series
    FROM ranked
)
WHERE place <= {top:UInt64}
ORDER BY labels, unit, step_ns
LIMIT {limit:UInt32}
