-- kind: question
-- why: the log records that meet all conditions, the newest first
-- reads: otel_logs
-- gives: one row per record. An attribute is looked for in the record and then in its resource, under each of
--        its names; one that is missing meets only !=.
--        id tells records of the same time apart; the list goes on from (end - 1, from_id), leaving out the first `seen`.
--        The first key of the order is that of the table, so that only the newest five minutes with enough records are read.
SELECT
    toUnixTimestamp64Nano(Timestamp) AS time_ns,
    hex(sipHash64(Batch, ServiceName, TraceId, SpanId, SeverityNumber, EventName, Body, LogAttributes)) AS id,
    toUnixTimestamp64Nano(ObservedTimestamp) AS observed_ns, TimePresent AS time_present,
    ServiceName AS service, SeverityNumber AS severity_number, SeverityText AS severity_text, EventName AS event_name,
    Body AS body_text, BodyType AS body_type, TraceId AS trace_id, SpanId AS span_id, TraceFlags AS trace_flags,
    mapKeys(LogAttributes) AS keys, mapValues(LogAttributes) AS texts, LogAttributeTypes AS types,
    DroppedAttributesCount AS dropped_attributes,
    mapKeys(ResourceAttributes) AS resource_keys, mapValues(ResourceAttributes) AS resource_texts,
    ResourceAttributeTypes AS resource_types, ResourceSchemaUrl AS resource_schema_url,
    ScopeName AS scope_name, ScopeVersion AS scope_version, ScopeSchemaUrl AS scope_schema_url,
    mapKeys(ScopeAttributes) AS scope_keys, mapValues(ScopeAttributes) AS scope_texts, ScopeAttributeTypes AS scope_types
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
    AND ({from_id:String} = '' OR Timestamp < fromUnixTimestamp64Nano({end:Int64} - 1) OR id <= {from_id:String})
ORDER BY toStartOfFiveMinutes(Timestamp) DESC, Timestamp DESC, id DESC
LIMIT {limit:UInt32} OFFSET {seen:UInt32}
