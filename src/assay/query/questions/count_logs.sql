-- kind: question
-- why: when the log records that meet all conditions were written, and how grave they are
-- reads: otel_logs
-- gives: one row per step and severity; conditions are those of find_logs. Severities are those of the data model by four: 0 is unset, 1 trace, up to 6
--        fatal.
SELECT
    intDiv(toUnixTimestamp64Nano(Timestamp), {step:Int64}) * {step:Int64} AS step_ns, intDiv(least(SeverityNumber, 24) + 3, 4) AS severity, count() AS records
FROM otel_logs
WHERE Timestamp >= fromUnixTimestamp64Nano({start:Int64}) AND Timestamp < fromUnixTimestamp64Nano({end:Int64})
    AND ({service:String} = '' OR ServiceName = {service:String})
    AND SeverityNumber >= {min_severity:UInt8}
    AND ({trace_id:String} = '' OR TraceId = {trace_id:String})
    AND ({span_id:String} = '' OR SpanId = {span_id:String})
    AND ({event:String} = '' OR EventName = {event:String})
    AND ({kind:String} = '' OR ({kind:String} = 'event') = (EventName != ''))
    AND ({pattern:String} = '' OR lower(Body) LIKE lower({pattern:String}))
    AND ({received_after:Int64} = 0 OR ReceivedAt >= fromUnixTimestamp64Nano({received_after:Int64}))
    -- The indexes of values know only single texts: this leaves them out where none can match.
    AND ({needle:String} = '' OR has(mapValues(LogAttributes), {needle:String}) OR has(mapValues(ResourceAttributes), {needle:String}))
    AND (empty({names:Array(Array(String))}) OR assay_meets(assay_found(LogAttributes, ResourceAttributes, {names:Array(Array(String))}),
        {operators:Array(String)}, {texts:Array(String)}, {numbers:Array(Float64)}))
GROUP BY step_ns, severity
ORDER BY step_ns, severity
