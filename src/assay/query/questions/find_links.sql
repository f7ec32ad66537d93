-- kind: question
-- why: what followed from a trace in traces of its own, as where a consumer links to the producer of its message
-- reads: assay_spans
-- gives: one row per link to a span of the trace from a span of another one, by the start of the latter
WITH linking AS
(
    SELECT TraceId, SpanId, ServiceName, SpanName, Timestamp, Links.TraceId AS traces, Links.SpanId AS spans
    FROM assay_spans
    WHERE has(Links.TraceId, {trace_id:String}) AND TraceId != {trace_id:String}
)
SELECT
    TraceId AS trace_id, SpanId AS span_id, ServiceName AS service, SpanName AS name, toUnixTimestamp64Nano(Timestamp) AS start_ns,
    linked.2 AS to_span_id
FROM linking
ARRAY JOIN arrayFilter(pair -> pair.1 = {trace_id:String}, arrayZip(traces, spans)) AS linked
ORDER BY Timestamp, SpanId, to_span_id
LIMIT {limit:UInt32}
