-- kind: question
-- why: a case says what is stored of the data points that it gave
-- reads: otel_metrics_*
-- gives: the points of the batches from {first} to {last} in the order in which they were given; exemplar: the attributes of the first
SELECT name, service, attributes, resource, scope, scrubbed, metadata, exemplar
FROM
(
    SELECT
        MetricName AS name, ServiceName AS service, Attributes AS attributes, ResourceAttributes AS resource, ScopeAttributes AS scope, Scrubbed AS scrubbed,
        MetricMetadata AS metadata, Exemplars.FilteredAttributes[1] AS exemplar, TimeUnixNano
    FROM merge(currentDatabase(), '^otel_metrics_(gauge|sum|histogram|exp_histogram)$')
    WHERE Batch BETWEEN {first:UInt64} AND {last:UInt64}
    UNION ALL
    SELECT MetricName, ServiceName, Attributes, ResourceAttributes, ScopeAttributes, Scrubbed, MetricMetadata, map(), TimeUnixNano
    FROM otel_metrics_summary
    WHERE Batch BETWEEN {first:UInt64} AND {last:UInt64}
)
ORDER BY TimeUnixNano
