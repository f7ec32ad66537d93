-- kind: question
-- why: a case says what is stored of the spans that it gave
-- reads: assay_spans
-- gives: the spans of the batches from {first} to {last} in the order in which they were given
SELECT
    SpanName AS name, ServiceName AS service, SpanAttributes AS attributes, ResourceAttributes AS resource, ScopeAttributes AS scope, Scrubbed AS scrubbed,
    StatusMessage AS status_message, arrayMap((n, a) -> (n, a), Events.Name, Events.Attributes) AS events, Links.Attributes AS links
FROM assay_spans
WHERE Batch BETWEEN {first:UInt64} AND {last:UInt64}
ORDER BY SpanId
