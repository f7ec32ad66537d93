-- kind: question
-- why: a dry run of scrubbing looks at every text that the decode views look at, where it is stored
-- reads: assay_spans, otel_logs, otel_metrics_*
-- gives: the texts of one in {one_in} of the items that came in from {since} to {until} (Unix seconds), each once with how often it is there,
--        by signal, service and place; Key is that of an attribute, empty for what is none
SELECT Signal, ServiceName, tupleElement(entry, 1) AS Place, tupleElement(entry, 2) AS Key, tupleElement(entry, 3) AS Text, count() AS Items
FROM
(
    SELECT 'traces' AS Signal, ServiceName, arrayConcat(
        arrayMap((k, v) -> (concat('attributes.', k), k, v), mapKeys(SpanAttributes), mapValues(SpanAttributes)),
        arrayMap((k, v) -> (concat('resource.attributes.', k), k, v), mapKeys(ResourceAttributes), mapValues(ResourceAttributes)),
        arrayMap((k, v) -> (concat('scope.attributes.', k), k, v), mapKeys(ScopeAttributes), mapValues(ScopeAttributes)),
        arrayFlatten(arrayMap(m -> arrayMap((k, v) -> (concat('event.attributes.', k), k, v), mapKeys(m), mapValues(m)), Events.Attributes)),
        arrayFlatten(arrayMap(m -> arrayMap((k, v) -> (concat('link.attributes.', k), k, v), mapKeys(m), mapValues(m)), Links.Attributes)),
        [('name', '', toString(SpanName)), ('status.message', '', StatusMessage)],
        arrayMap(n -> ('event.name', '', toString(n)), Events.Name)) AS Texts
    FROM assay_spans
    WHERE ReceivedAt >= fromUnixTimestamp({since:Int64}) AND ReceivedAt < fromUnixTimestamp({until:Int64})
        AND cityHash64(ReceivedAt, TraceId) % {one_in:UInt64} = 0
    UNION ALL
    SELECT 'logs' AS Signal, ServiceName, arrayConcat(
        arrayMap((k, v) -> (concat('attributes.', k), k, v), mapKeys(LogAttributes), mapValues(LogAttributes)),
        arrayMap((k, v) -> (concat('resource.attributes.', k), k, v), mapKeys(ResourceAttributes), mapValues(ResourceAttributes)),
        arrayMap((k, v) -> (concat('scope.attributes.', k), k, v), mapKeys(ScopeAttributes), mapValues(ScopeAttributes)),
        [('body', '', Body)]) AS Texts
    FROM otel_logs
    WHERE ReceivedAt >= fromUnixTimestamp({since:Int64}) AND ReceivedAt < fromUnixTimestamp({until:Int64})
        AND cityHash64(ReceivedAt, TraceId) % {one_in:UInt64} = 0
    UNION ALL
    SELECT 'metrics' AS Signal, ServiceName, arrayConcat(
        arrayMap((k, v) -> (concat('attributes.', k), k, v), mapKeys(Attributes), mapValues(Attributes)),
        arrayMap((k, v) -> (concat('resource.attributes.', k), k, v), mapKeys(ResourceAttributes), mapValues(ResourceAttributes)),
        arrayMap((k, v) -> (concat('scope.attributes.', k), k, v), mapKeys(ScopeAttributes), mapValues(ScopeAttributes)),
        arrayMap((k, v) -> (concat('metadata.', k), k, v), mapKeys(MetricMetadata), mapValues(MetricMetadata)),
        arrayFlatten(arrayMap(m -> arrayMap((k, v) -> (concat('exemplar.attributes.', k), k, v), mapKeys(m), mapValues(m)), Exemplars.FilteredAttributes))) AS Texts
    FROM otel_metrics_gauge
    WHERE ReceivedAt >= fromUnixTimestamp({since:Int64}) AND ReceivedAt < fromUnixTimestamp({until:Int64})
        AND cityHash64(ReceivedAt, TimeUnixNano) % {one_in:UInt64} = 0
    UNION ALL
    SELECT 'metrics' AS Signal, ServiceName, arrayConcat(
        arrayMap((k, v) -> (concat('attributes.', k), k, v), mapKeys(Attributes), mapValues(Attributes)),
        arrayMap((k, v) -> (concat('resource.attributes.', k), k, v), mapKeys(ResourceAttributes), mapValues(ResourceAttributes)),
        arrayMap((k, v) -> (concat('scope.attributes.', k), k, v), mapKeys(ScopeAttributes), mapValues(ScopeAttributes)),
        arrayMap((k, v) -> (concat('metadata.', k), k, v), mapKeys(MetricMetadata), mapValues(MetricMetadata)),
        arrayFlatten(arrayMap(m -> arrayMap((k, v) -> (concat('exemplar.attributes.', k), k, v), mapKeys(m), mapValues(m)), Exemplars.FilteredAttributes))) AS Texts
    FROM otel_metrics_sum
    WHERE ReceivedAt >= fromUnixTimestamp({since:Int64}) AND ReceivedAt < fromUnixTimestamp({until:Int64})
        AND cityHash64(ReceivedAt, TimeUnixNano) % {one_in:UInt64} = 0
    UNION ALL
    SELECT 'metrics' AS Signal, ServiceName, arrayConcat(
        arrayMap((k, v) -> (concat('attributes.', k), k, v), mapKeys(Attributes), mapValues(Attributes)),
        arrayMap((k, v) -> (concat('resource.attributes.', k), k, v), mapKeys(ResourceAttributes), mapValues(ResourceAttributes)),
        arrayMap((k, v) -> (concat('scope.attributes.', k), k, v), mapKeys(ScopeAttributes), mapValues(ScopeAttributes)),
        arrayMap((k, v) -> (concat('metadata.', k), k, v), mapKeys(MetricMetadata), mapValues(MetricMetadata)),
        arrayFlatten(arrayMap(m -> arrayMap((k, v) -> (concat('exemplar.attributes.', k), k, v), mapKeys(m), mapValues(m)), Exemplars.FilteredAttributes))) AS Texts
    FROM otel_metrics_histogram
    WHERE ReceivedAt >= fromUnixTimestamp({since:Int64}) AND ReceivedAt < fromUnixTimestamp({until:Int64})
        AND cityHash64(ReceivedAt, TimeUnixNano) % {one_in:UInt64} = 0
    UNION ALL
    SELECT 'metrics' AS Signal, ServiceName, arrayConcat(
        arrayMap((k, v) -> (concat('attributes.', k), k, v), mapKeys(Attributes), mapValues(Attributes)),
        arrayMap((k, v) -> (concat('resource.attributes.', k), k, v), mapKeys(ResourceAttributes), mapValues(ResourceAttributes)),
        arrayMap((k, v) -> (concat('scope.attributes.', k), k, v), mapKeys(ScopeAttributes), mapValues(ScopeAttributes)),
        arrayMap((k, v) -> (concat('metadata.', k), k, v), mapKeys(MetricMetadata), mapValues(MetricMetadata)),
        arrayFlatten(arrayMap(m -> arrayMap((k, v) -> (concat('exemplar.attributes.', k), k, v), mapKeys(m), mapValues(m)), Exemplars.FilteredAttributes))) AS Texts
    FROM otel_metrics_exp_histogram
    WHERE ReceivedAt >= fromUnixTimestamp({since:Int64}) AND ReceivedAt < fromUnixTimestamp({until:Int64})
        AND cityHash64(ReceivedAt, TimeUnixNano) % {one_in:UInt64} = 0
    UNION ALL
    SELECT 'metrics' AS Signal, ServiceName, arrayConcat(
        arrayMap((k, v) -> (concat('attributes.', k), k, v), mapKeys(Attributes), mapValues(Attributes)),
        arrayMap((k, v) -> (concat('resource.attributes.', k), k, v), mapKeys(ResourceAttributes), mapValues(ResourceAttributes)),
        arrayMap((k, v) -> (concat('scope.attributes.', k), k, v), mapKeys(ScopeAttributes), mapValues(ScopeAttributes)),
        arrayMap((k, v) -> (concat('metadata.', k), k, v), mapKeys(MetricMetadata), mapValues(MetricMetadata))) AS Texts
    FROM otel_metrics_summary
    WHERE ReceivedAt >= fromUnixTimestamp({since:Int64}) AND ReceivedAt < fromUnixTimestamp({until:Int64})
        AND cityHash64(ReceivedAt, TimeUnixNano) % {one_in:UInt64} = 0
)
ARRAY JOIN Texts AS entry
GROUP BY Signal, ServiceName, Place, Key, Text
