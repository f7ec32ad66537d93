-- kind: question
-- why: which metrics there are
-- reads: otel_metrics_gauge, otel_metrics_sum, otel_metrics_histogram, otel_metrics_exp_histogram, otel_metrics_summary
-- gives: one row per name, kind, unit, temporality and monotonicity that was sent in the time range; `quantiles` are those that a summary was sent with
SELECT
    name, kind, unit, temporality, monotonic,
    argMax(description, last) AS description, arraySort(groupUniqArrayArray(services)) AS services,
    sum(points) AS points, toInt64(max(last)) AS last_seen_ns, arraySort(groupUniqArrayArray(sent)) AS quantiles
FROM
(
    SELECT
        MetricName AS name, 'gauge' AS kind, MetricUnit AS unit, 0 AS temporality, false AS monotonic,
        any(MetricDescription) AS description, groupUniqArray(ServiceName) AS services, count() AS points, max(TimeUnixNano) AS last,
        CAST([], 'Array(Float64)') AS sent
    FROM otel_metrics_gauge
    WHERE TimeUnix >= toDateTime(intDiv({start:Int64}, 1000000000)) AND TimeUnixNano >= {start:Int64} AND TimeUnixNano < {end:Int64}
        AND ({service:String} = '' OR ServiceName = {service:String}) AND ({name:String} = '' OR MetricName = {name:String})
    GROUP BY name, unit
    UNION ALL
    SELECT
        MetricName AS name, 'sum', MetricUnit AS unit, AggregationTemporality AS temporality, IsMonotonic AS monotonic,
        any(MetricDescription), groupUniqArray(ServiceName), count(), max(TimeUnixNano), []
    FROM otel_metrics_sum
    WHERE TimeUnix >= toDateTime(intDiv({start:Int64}, 1000000000)) AND TimeUnixNano >= {start:Int64} AND TimeUnixNano < {end:Int64}
        AND ({service:String} = '' OR ServiceName = {service:String}) AND ({name:String} = '' OR MetricName = {name:String})
    GROUP BY name, unit, temporality, monotonic
    UNION ALL
    SELECT
        MetricName AS name, 'histogram', MetricUnit AS unit, AggregationTemporality AS temporality, false,
        any(MetricDescription), groupUniqArray(ServiceName), count(), max(TimeUnixNano), []
    FROM otel_metrics_histogram
    WHERE TimeUnix >= toDateTime(intDiv({start:Int64}, 1000000000)) AND TimeUnixNano >= {start:Int64} AND TimeUnixNano < {end:Int64}
        AND ({service:String} = '' OR ServiceName = {service:String}) AND ({name:String} = '' OR MetricName = {name:String})
    GROUP BY name, unit, temporality
    UNION ALL
    SELECT
        MetricName AS name, 'exponential_histogram', MetricUnit AS unit, AggregationTemporality AS temporality, false,
        any(MetricDescription), groupUniqArray(ServiceName), count(), max(TimeUnixNano), []
    FROM otel_metrics_exp_histogram
    WHERE TimeUnix >= toDateTime(intDiv({start:Int64}, 1000000000)) AND TimeUnixNano >= {start:Int64} AND TimeUnixNano < {end:Int64}
        AND ({service:String} = '' OR ServiceName = {service:String}) AND ({name:String} = '' OR MetricName = {name:String})
    GROUP BY name, unit, temporality
    UNION ALL
    SELECT
        MetricName AS name, 'summary', MetricUnit AS unit, 0, false,
        any(MetricDescription), groupUniqArray(ServiceName), count(), max(TimeUnixNano), groupUniqArrayArray(`ValueAtQuantiles.Quantile`)
    FROM otel_metrics_summary
    WHERE TimeUnix >= toDateTime(intDiv({start:Int64}, 1000000000)) AND TimeUnixNano >= {start:Int64} AND TimeUnixNano < {end:Int64}
        AND ({service:String} = '' OR ServiceName = {service:String}) AND ({name:String} = '' OR MetricName = {name:String})
    GROUP BY name, unit
)
GROUP BY name, kind, unit, temporality, monotonic
ORDER BY name, kind, unit, temporality, monotonic
LIMIT {limit:UInt32}
