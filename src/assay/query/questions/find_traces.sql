-- kind: question
-- why: which traces have a span that meets all conditions at once, the newest first
-- reads: assay_spans
-- gives: each trace's id and when its first such span starts. An attribute is looked for in the span and then in its
--        resource, under each of its names; one that is missing meets only !=. With after_id the list goes on behind (end - 1, after_id).
--        With `caller` the parent of the span is of that service, and began up to an hour before; with `peer` the span calls or takes from what has
--        that name in the service graph, as it says itself.
SELECT TraceId AS trace_id, toUnixTimestamp64Nano(min(Timestamp)) AS found_ns
FROM assay_spans
WHERE Timestamp >= fromUnixTimestamp64Nano({start:Int64}) AND Timestamp < fromUnixTimestamp64Nano({end:Int64})
    AND TraceId != ''
    AND (empty({trace_ids:Array(String)}) OR TraceId IN {trace_ids:Array(String)})
    AND ({service:String} = '' OR ServiceName = {service:String})
    AND ({operation:String} = '' OR SpanName = {operation:String})
    AND ({kind:String} = '' OR SpanKind = {kind:String})
    AND ({status:String} = '' OR StatusCode = {status:String})
    AND ({peer:String} = '' OR SpanKind IN ('Client', 'Producer', 'Consumer') AND assay_peer(SpanAttributes) = {peer:String})
    AND ({caller:String} = '' OR cityHash64(TraceId, ParentSpanId) IN
    (
        SELECT cityHash64(TraceId, SpanId) FROM assay_spans
        WHERE {caller:String} != '' AND ServiceName = {caller:String}
            AND Timestamp >= fromUnixTimestamp64Nano({start:Int64}) - INTERVAL 1 HOUR AND Timestamp < fromUnixTimestamp64Nano({end:Int64})
    ))
    AND Duration >= {min_duration_ns:UInt64} AND Duration <= {max_duration_ns:UInt64}
    -- The indexes of values know only single texts: this leaves them out where none can match.
    AND ({needle:String} = '' OR has(mapValues(SpanAttributes), {needle:String}) OR has(mapValues(ResourceAttributes), {needle:String}))
    AND (empty({names:Array(Array(String))}) OR assay_meets(assay_found(SpanAttributes, ResourceAttributes, {names:Array(Array(String))}),
        {operators:Array(String)}, {texts:Array(String)}, {numbers:Array(Float64)}))
GROUP BY TraceId
HAVING {after_id:String} = '' OR (found_ns, trace_id) < ({end:Int64} - 1, {after_id:String})
ORDER BY found_ns DESC, trace_id DESC
LIMIT {limit:UInt32}
