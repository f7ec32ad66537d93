-- kind: question
-- why: below which value a share of all values lies, by step and series
-- reads: otel_metrics_histogram, otel_metrics_exp_histogram
-- gives: one row per series and step with values; series, streams, resets, `top` and `from` as in read_numbers. The buckets of all streams are added up
--        and interpolated as Prometheus does: histogram_quantile() for explicit bounds (linear; 0 bounds the first bucket if its upper bound
--        is positive; the last bucket gives its lower bound), the native histograms specification for exponential ones (in proportion).
--        Exponential buckets (OpenTelemetry metrics data model: from 2^(index / 2^scale)) are brought to the smallest scale first.
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
            TimeUnixNano AS time, StartTimeUnixNano AS started, AggregationTemporality AS temporality, Count AS values,
            if({kind:String} = 'histogram',
                arrayZip(arrayPushFront(ExplicitBounds, -inf), arrayPushBack(ExplicitBounds, inf),
                    arrayMap(n -> toInt64(n), arrayResize(BucketCounts, length(ExplicitBounds) + 1))),
                arrayConcat(
                    arrayMap((n, i) -> (-exp2((floor((NegativeOffset + i) / exp2(finer)) + 1) / exp2(coarsest)),
                        -exp2(floor((NegativeOffset + i) / exp2(finer)) / exp2(coarsest)), toInt64(n)),
                        NegativeBucketCounts, range(length(NegativeBucketCounts))),
                    [(-ZeroThreshold, ZeroThreshold, toInt64(ZeroCount))],
                    arrayMap((n, i) -> (exp2(floor((PositiveOffset + i) / exp2(finer)) / exp2(coarsest)),
                        exp2((floor((PositiveOffset + i) / exp2(finer)) + 1) / exp2(coarsest)), toInt64(n)),
                        PositiveBucketCounts, range(length(PositiveBucketCounts))))) AS buckets
        FROM
        (
            SELECT *, min(Scale) OVER () AS coarsest, Scale - coarsest AS finer
            FROM
            (
                SELECT
                    ServiceName, ResourceAttributes, ScopeName, ScopeVersion, ScopeAttributes, Attributes, MetricUnit,
                    TimeUnixNano, StartTimeUnixNano, AggregationTemporality, Count, ExplicitBounds, BucketCounts,
                    0 AS Scale, 0 AS ZeroThreshold, 0 AS ZeroCount, 0 AS PositiveOffset, [] AS PositiveBucketCounts, 0 AS NegativeOffset, [] AS NegativeBucketCounts
                FROM otel_metrics_histogram
                WHERE {kind:String} = 'histogram' AND MetricName = {name:String} AND bitAnd(Flags, 1) = 0
                    AND TimeUnix >= toDateTime(intDiv({from:Int64}, 1000000000)) AND TimeUnixNano >= {from:Int64} AND TimeUnixNano < {end:Int64}
                UNION ALL
                SELECT
                    ServiceName, ResourceAttributes, ScopeName, ScopeVersion, ScopeAttributes, Attributes, MetricUnit,
                    TimeUnixNano, StartTimeUnixNano, AggregationTemporality, Count, [], [],
                    Scale, ZeroThreshold, ZeroCount, PositiveOffset, PositiveBucketCounts, NegativeOffset, NegativeBucketCounts
                FROM otel_metrics_exp_histogram
                WHERE {kind:String} = 'exponential_histogram' AND MetricName = {name:String} AND bitAnd(Flags, 1) = 0
                    AND TimeUnix >= toDateTime(intDiv({from:Int64}, 1000000000)) AND TimeUnixNano >= {from:Int64} AND TimeUnixNano < {end:Int64}
            )
            WHERE true
                AND ({service:String} = '' OR ServiceName = {service:String})
            -- The indexes of values know only single texts: this leaves them out where none can match.
            AND ({needle:String} = '' OR has(mapValues(Attributes), {needle:String}) OR has(mapValues(ResourceAttributes), {needle:String}))
            AND (empty({names:Array(Array(String))}) OR assay_meets(assay_found(Attributes, ResourceAttributes, {names:Array(Array(String))}),
                {operators:Array(String)}, {texts:Array(String)}, {numbers:Array(Float64)}))
        )
        LIMIT 1 BY stream, started, time
    ),
    changes AS
    (
        SELECT
            *,
            lagInFrame(time) OVER before AS time_before,
            temporality != 1 AND time_before != 0 AND lagInFrame(started) OVER before = started AND values >= lagInFrame(values) OVER before AS continues,
            arrayConcat(
                if(temporality = 1 OR time_before != 0 OR started >= {from:Int64}, buckets, []),
                if(continues, arrayMap(bucket -> (bucket.1, bucket.2, -bucket.3), lagInFrame(buckets) OVER before), [])) AS grown
        FROM points
        WINDOW before AS (PARTITION BY stream ORDER BY time, started ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
    ),
    merged AS
    (
        SELECT labels, unit, step_ns, bucket.1 AS lower, bucket.2 AS upper, sum(bucket.3) AS n
        FROM (SELECT labels, unit, intDiv(time, {step:Int64}) * {step:Int64} AS step_ns, arrayJoin(grown) AS bucket FROM changes WHERE time >= {start:Int64})
        GROUP BY labels, unit, step_ns, lower, upper
        HAVING n > 0
    ),
    placed AS
    (
        SELECT
            labels, unit, step_ns,
            arraySort(bucket -> (bucket.2, bucket.1), groupArray((lower, upper, n))) AS buckets,
            arrayCumSum(bucket -> bucket.3, buckets) AS cumulative,
            {quantile:Float64} * cumulative[-1] AS rank,
            arrayFirstIndex(sum -> sum >= rank, cumulative) AS at,
            buckets[at].1 AS low, buckets[at].2 AS high,
            (rank - (cumulative[at] - buckets[at].3)) / buckets[at].3 AS share
        FROM merged
        GROUP BY labels, unit, step_ns
    ),
    told AS (SELECT labels, unit, step_ns, multiIf(
        isInfinite(high) AND isInfinite(low), NULL,
        isInfinite(high), low,
        isInfinite(low), if(high > 0, high * share, high),
        {kind:String} = 'histogram', low + (high - low) * share,
        low > 0, low * pow(high / low, share),
        high < 0, low * pow(high / low, share),
        at = 1, high * share,
        low + (high - low) * share) AS value FROM placed),
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
