-- kind: question
-- why: the percentiles that a summary was sent with, by step and series
-- reads: otel_metrics_summary
-- gives: one row per series and step in which some stream of it was sent with this quantile; series, streams and `top` as in read_numbers.
--        Quantiles cannot be added up: it is the highest of the streams and times, and what they have in common lies not above it
WITH
    points AS
    (
        SELECT
            if({merge:Bool},
                mapFromArrays({by:Array(String)}, arrayMap((key, found) -> if(key = 'service.name', ServiceName, found[1]),
                    {by:Array(String)}, assay_found(Attributes, ResourceAttributes, {by_names:Array(Array(String))}))),
                mapConcat(map('service.name', toString(ServiceName)), CAST(Attributes, 'Map(String, String)'))) AS labels,
            MetricUnit AS unit, TimeUnixNano AS time,
            arrayFirst((value, quantile) -> abs(quantile - {quantile:Float64}) < 1e-9, `ValueAtQuantiles.Value`, `ValueAtQuantiles.Quantile`) AS value
        FROM otel_metrics_summary
        WHERE {kind:String} = 'summary' AND MetricName = {name:String} AND bitAnd(Flags, 1) = 0
            AND TimeUnix >= toDateTime(intDiv({start:Int64}, 1000000000)) AND TimeUnixNano >= {start:Int64} AND TimeUnixNano < {end:Int64}
            AND ({service:String} = '' OR ServiceName = {service:String})
            AND arrayExists(quantile -> abs(quantile - {quantile:Float64}) < 1e-9, `ValueAtQuantiles.Quantile`)
            -- The indexes of values know only single texts: this leaves them out where none can match.
            AND ({needle:String} = '' OR has(mapValues(Attributes), {needle:String}) OR has(mapValues(ResourceAttributes), {needle:String}))
            AND (empty({names:Array(Array(String))}) OR assay_meets(assay_found(Attributes, ResourceAttributes, {names:Array(Array(String))}),
                {operators:Array(String)}, {texts:Array(String)}, {numbers:Array(Float64)}))
    ),
    answers AS
    (
        -- A summary of nothing has quantiles that are no numbers.
        SELECT labels, unit, intDiv(time, {step:Int64}) * {step:Int64} AS step_ns, maxOrNullIf(value, NOT isNaN(value)) AS highest
        FROM points
        GROUP BY labels, unit, step_ns
    ),
    told AS (SELECT labels, unit, step_ns, highest AS value FROM answers),
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
