-- kind: question
-- why: a number of a metric is explained by a trace that was counted in it
-- reads: otel_metrics_gauge, otel_metrics_sum, otel_metrics_histogram, otel_metrics_exp_histogram
-- gives: exemplars of a metric that name a trace and lie in the time range: the `most` of each step with the highest values, each once
--        however often it was sent. labels are the attributes of the point, filtered those that only the exemplar has
SELECT
    kind, tupleElement(exemplar, 1) AS time_ns, tupleElement(exemplar, 2) AS value, tupleElement(exemplar, 3) AS trace_id, tupleElement(exemplar, 4) AS span_id,
    ServiceName AS service, CAST(Attributes, 'Map(String, String)') AS labels, CAST(tupleElement(exemplar, 5), 'Map(String, String)') AS filtered
FROM
(
    SELECT *
    FROM
    (
        SELECT kind, ServiceName, Attributes, arrayJoin(arrayZip(times, values, traces, spans, filtered)) AS exemplar
        FROM
        (
            SELECT
                'gauge' AS kind, ServiceName, ResourceAttributes, Attributes, TimeUnixNano,
                `Exemplars.TimeUnixNano` AS times, `Exemplars.Value` AS values, `Exemplars.TraceId` AS traces, `Exemplars.SpanId` AS spans, `Exemplars.FilteredAttributes` AS filtered
            FROM otel_metrics_gauge
            WHERE {kind:String} IN ('', 'gauge') AND MetricName = {name:String} AND notEmpty(`Exemplars.TraceId`)
                AND TimeUnix >= toDateTime(intDiv({start:Int64}, 1000000000)) AND TimeUnixNano >= {start:Int64} AND TimeUnixNano < {end:Int64}
            UNION ALL
            SELECT
                'sum', ServiceName, ResourceAttributes, Attributes, TimeUnixNano,
                `Exemplars.TimeUnixNano` AS times, `Exemplars.Value` AS values, `Exemplars.TraceId` AS traces, `Exemplars.SpanId` AS spans, `Exemplars.FilteredAttributes` AS filtered
            FROM otel_metrics_sum
            WHERE {kind:String} IN ('', 'sum') AND MetricName = {name:String} AND notEmpty(`Exemplars.TraceId`)
                AND TimeUnix >= toDateTime(intDiv({start:Int64}, 1000000000)) AND TimeUnixNano >= {start:Int64} AND TimeUnixNano < {end:Int64}
            UNION ALL
            SELECT
                'histogram', ServiceName, ResourceAttributes, Attributes, TimeUnixNano,
                `Exemplars.TimeUnixNano` AS times, `Exemplars.Value` AS values, `Exemplars.TraceId` AS traces, `Exemplars.SpanId` AS spans, `Exemplars.FilteredAttributes` AS filtered
            FROM otel_metrics_histogram
            WHERE {kind:String} IN ('', 'histogram') AND MetricName = {name:String} AND notEmpty(`Exemplars.TraceId`)
                AND TimeUnix >= toDateTime(intDiv({start:Int64}, 1000000000)) AND TimeUnixNano >= {start:Int64} AND TimeUnixNano < {end:Int64}
            UNION ALL
            SELECT
                'exponential_histogram', ServiceName, ResourceAttributes, Attributes, TimeUnixNano,
                `Exemplars.TimeUnixNano` AS times, `Exemplars.Value` AS values, `Exemplars.TraceId` AS traces, `Exemplars.SpanId` AS spans, `Exemplars.FilteredAttributes` AS filtered
            FROM otel_metrics_exp_histogram
            WHERE {kind:String} IN ('', 'exponential_histogram') AND MetricName = {name:String} AND notEmpty(`Exemplars.TraceId`)
                AND TimeUnix >= toDateTime(intDiv({start:Int64}, 1000000000)) AND TimeUnixNano >= {start:Int64} AND TimeUnixNano < {end:Int64}
        )
        WHERE ({service:String} = '' OR ServiceName = {service:String})
            -- The indexes of values know only single texts: this leaves them out where none can match.
            AND ({needle:String} = '' OR has(mapValues(Attributes), {needle:String}) OR has(mapValues(ResourceAttributes), {needle:String}))
            AND (empty({names:Array(Array(String))}) OR assay_meets(assay_found(Attributes, ResourceAttributes, {names:Array(Array(String))}),
                {operators:Array(String)}, {texts:Array(String)}, {numbers:Array(Float64)}))
    )
    WHERE tupleElement(exemplar, 3) != '' AND tupleElement(exemplar, 1) >= {start:Int64} AND tupleElement(exemplar, 1) < {end:Int64}
    LIMIT 1 BY ServiceName, Attributes, tupleElement(exemplar, 1), tupleElement(exemplar, 2), tupleElement(exemplar, 3), tupleElement(exemplar, 4)
)
ORDER BY value DESC, time_ns, trace_id
LIMIT {most:UInt32} BY intDiv(time_ns, {step:Int64})
LIMIT {limit:UInt32}
