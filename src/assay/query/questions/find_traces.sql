-- kind: question
-- why: which traces have a span that meets all conditions at once, the newest first
-- reads: assay_spans
-- gives: each trace's id and when its first such span starts. An attribute is looked for in the span and then in its resource;
--        one that is missing meets only !=. With after_id the list goes on behind (end - 1, after_id).
SELECT TraceId AS trace_id, toUnixTimestamp64Nano(min(Timestamp)) AS found_ns
FROM assay_spans
WHERE Timestamp >= fromUnixTimestamp64Nano({start:Int64}) AND Timestamp < fromUnixTimestamp64Nano({end:Int64})
    AND TraceId != ''
    AND (empty({trace_ids:Array(String)}) OR TraceId IN {trace_ids:Array(String)})
    AND ({service:String} = '' OR ServiceName = {service:String})
    AND ({operation:String} = '' OR SpanName = {operation:String})
    AND ({status:String} = '' OR StatusCode = {status:String})
    AND Duration >= {min_duration_ns:UInt64} AND Duration <= {max_duration_ns:UInt64}
    -- The indexes of values know only single texts: this leaves them out where none can match.
    AND ({needle:String} = '' OR has(mapValues(SpanAttributes), {needle:String}) OR has(mapValues(ResourceAttributes), {needle:String}))
    AND (empty({keys:Array(String)}) OR arrayAll((operator, text, number, present, value) ->
        multiIf(
            NOT present OR operator = '!=', operator = '!=' AND (NOT present OR value != text),
            operator = '=', value = text,
            operator = '>', toFloat64OrDefault(value, nan) > number,
            operator = '>=', toFloat64OrDefault(value, nan) >= number,
            operator = '<', toFloat64OrDefault(value, nan) < number,
            toFloat64OrDefault(value, nan) <= number),
        {operators:Array(String)}, {texts:Array(String)}, {numbers:Array(Float64)},
        arrayMap(key -> mapContains(SpanAttributes, key) OR mapContains(ResourceAttributes, key), {keys:Array(String)}),
        arrayMap(key -> if(mapContains(SpanAttributes, key), SpanAttributes[key], ResourceAttributes[key]), {keys:Array(String)})))
GROUP BY TraceId
HAVING {after_id:String} = '' OR (found_ns, trace_id) < ({end:Int64} - 1, {after_id:String})
ORDER BY found_ns DESC, trace_id DESC
LIMIT {limit:UInt32}
