-- kind: question
-- why: how a gauge or a sum went, by step and series
-- reads: otel_metrics_gauge, otel_metrics_sum
-- gives: one row per series and step with the `value` of the aggregation, of the `top` series by the average of their values; `series` is how many
--        there are. A series is what has the same labels: the values of `by`, each under any of its names, if merge,
--        else service and all attributes. A stream is what one sender reports. `sum` adds up the streams' last values, or all values of delta streams; `increase` follows
--        "Resets and Gaps" in the OpenTelemetry metrics data model: a cumulative stream grows by the difference to its point
--        before, by its whole value after a reset or if it began within reach (at or after `from`), and by nothing otherwise.
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
            TimeUnixNano AS time, StartTimeUnixNano AS started, Value AS value, AggregationTemporality AS temporality
        FROM
        (
            SELECT
                ServiceName, ResourceAttributes, ScopeName, ScopeVersion, ScopeAttributes, Attributes, MetricUnit,
                TimeUnixNano, StartTimeUnixNano, Value, 0 AS AggregationTemporality
            FROM otel_metrics_gauge
            WHERE {kind:String} = 'gauge' AND MetricName = {name:String} AND bitAnd(Flags, 1) = 0
                AND TimeUnix >= toDateTime(intDiv({from:Int64}, 1000000000)) AND TimeUnixNano >= {from:Int64} AND TimeUnixNano < {end:Int64}
            UNION ALL
            SELECT
                ServiceName, ResourceAttributes, ScopeName, ScopeVersion, ScopeAttributes, Attributes, MetricUnit,
                TimeUnixNano, StartTimeUnixNano, Value, AggregationTemporality
            FROM otel_metrics_sum
            WHERE {kind:String} = 'sum' AND MetricName = {name:String} AND bitAnd(Flags, 1) = 0
                AND TimeUnix >= toDateTime(intDiv({from:Int64}, 1000000000)) AND TimeUnixNano >= {from:Int64} AND TimeUnixNano < {end:Int64}
        )
        WHERE true
        AND ({service:String} = '' OR ServiceName = {service:String})
        -- The indexes of values know only single texts: this leaves them out where none can match.
        AND ({needle:String} = '' OR has(mapValues(Attributes), {needle:String}) OR has(mapValues(ResourceAttributes), {needle:String}))
        AND (empty({names:Array(Array(String))}) OR assay_meets(assay_found(Attributes, ResourceAttributes, {names:Array(Array(String))}),
            {operators:Array(String)}, {texts:Array(String)}, {numbers:Array(Float64)}))
        -- A sender that missed the answer sends the same points again.
        LIMIT 1 BY stream, started, time
    ),
    changes AS
    (
        SELECT
            *,
            lagInFrame(time) OVER before AS time_before,
            multiIf(
                temporality = 1, value,
                time_before != 0 AND lagInFrame(started) OVER before = started AND value >= lagInFrame(value) OVER before,
                    value - lagInFrame(value) OVER before,
                time_before != 0 OR started >= {from:Int64}, value,
                0) AS increase
        FROM points
        WINDOW before AS (PARTITION BY stream ORDER BY time, started ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
    ),
    streams AS
    (
        SELECT
            labels, unit, stream, intDiv(time, {step:Int64}) * {step:Int64} AS step_ns,
            count() AS points, sum(value) AS total, min(value) AS least, max(value) AS most, argMax(value, time) AS newest,
            max(time) AS newest_at, sum(increase) AS grown, any(temporality) AS temporality
        FROM changes
        WHERE time >= {start:Int64}
        GROUP BY labels, unit, stream, step_ns
    ),
    answers AS
    (
        SELECT
            labels, unit, step_ns,
            sum(points) AS count, sum(total) / count AS avg, min(least) AS min, max(most) AS max, argMax(newest, newest_at) AS last,
            sum(if(temporality = 1, total, newest)) AS sum, sum(grown) AS increase, increase / ({step:Int64} / 1e9) AS rate
        FROM streams
        GROUP BY labels, unit, step_ns
    ),
    told AS (SELECT labels, unit, step_ns, multiIf(
        {aggregation:String} = 'count', toFloat64(count), {aggregation:String} = 'avg', avg, {aggregation:String} = 'min', min, {aggregation:String} = 'max', max,
        {aggregation:String} = 'last', last, {aggregation:String} = 'sum', sum, {aggregation:String} = 'increase', increase, rate) AS value FROM answers),
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
