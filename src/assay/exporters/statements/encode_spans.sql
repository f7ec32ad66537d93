-- kind: encoding
-- why: the engine writes protobuf much faster than Python does
-- reads: page; arrays and maps in attributes are too deep for the engine, so spans that have some are left to assay.core.restore
-- gives: rows of spans.proto's Part: spans of one request (`items` of them in a row), one resource and one scope, under a head of three texts
--        between spaces: the number of the request, the count of its spans, and as JSON the columns that resource and scope are restored from
WITH
    (texts, types) -> arrayMap((t, y) -> (
        if(y = 'string', t, NULL),
        if(y = 'bool', t = 'true', NULL),
        if(y = 'int', toInt64OrNull(t), NULL),
        if(y = 'double', toFloat64OrNull(t), NULL),
        if(y = 'bytes', base64Decode(if(y = 'bytes', t, '')), NULL)), texts, types) AS typed,
    numbered AS
    (
        SELECT *, intDiv(rowNumberInAllBlocks(), {items:UInt64}) AS Request
        FROM page
        WHERE NOT assay_has_nested(SpanAttributeTypes, `Events.AttributeTypes`, `Links.AttributeTypes`)
    ),
    encoded AS
    (
        SELECT
            Request,
            toJSONString((
                arrayZip(mapKeys(ResourceAttributes), mapValues(ResourceAttributes)), ResourceAttributeTypes, ResourceDroppedAttributesCount,
                ResourceSchemaUrl, arrayZip(mapKeys(Overflow), mapValues(Overflow)), ScopeName, ScopeVersion,
                arrayZip(mapKeys(ScopeAttributes), mapValues(ScopeAttributes)), ScopeAttributeTypes, ScopeDroppedAttributesCount,
                ScopeSchemaUrl)) AS Place,
            (
                unhex(TraceId), unhex(SpanId), TraceState, unhex(ParentSpanId), SpanName,
                toInt32OrZero(transform(SpanKind, ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer'], ['0', '1', '2', '3', '4', '5'], SpanKind)),
                StartTimeUnixNano, EndTimeUnixNano,
                arrayZip(mapKeys(SpanAttributes), typed(mapValues(SpanAttributes), SpanAttributeTypes)),
                DroppedAttributesCount,
                arrayMap((time, name, attributes, types, dropped) -> (time, name, arrayZip(mapKeys(attributes), typed(mapValues(attributes), types)), dropped),
                    EventTimesUnixNano, `Events.Name`, `Events.Attributes`, `Events.AttributeTypes`, `Events.DroppedAttributesCount`),
                DroppedEventsCount,
                arrayMap((trace, span, state, attributes, types, dropped, flags) -> (unhex(trace), unhex(span), state, arrayZip(mapKeys(attributes), typed(mapValues(attributes), types)), dropped, flags),
                    `Links.TraceId`, `Links.SpanId`, `Links.TraceState`, `Links.Attributes`, `Links.AttributeTypes`, `Links.DroppedAttributesCount`, `Links.Flags`),
                DroppedLinksCount,
                (StatusMessage, toInt32OrZero(transform(StatusCode, ['Unset', 'Ok', 'Error'], ['0', '1', '2'], StatusCode))),
                Flags
            ) AS Span
        FROM numbered
    )
SELECT
    concat(toString(Request), ' ', toString(count()), ' ', Place) AS head,
    CAST(groupArray(Span), 'Array(Tuple(
        trace_id String, span_id String, trace_state String, parent_span_id String, name String, kind Int32,
        start_time_unix_nano UInt64, end_time_unix_nano UInt64,
        attributes Array(Tuple(key String, value Tuple(string_value Nullable(String), bool_value Nullable(Bool), int_value Nullable(Int64), double_value Nullable(Float64), bytes_value Nullable(String)))),
        dropped_attributes_count UInt32,
        events Array(Tuple(time_unix_nano UInt64, name String, attributes Array(Tuple(key String, value Tuple(string_value Nullable(String), bool_value Nullable(Bool), int_value Nullable(Int64), double_value Nullable(Float64), bytes_value Nullable(String)))), dropped_attributes_count UInt32)),
        dropped_events_count UInt32,
        links Array(Tuple(trace_id String, span_id String, trace_state String, attributes Array(Tuple(key String, value Tuple(string_value Nullable(String), bool_value Nullable(Bool), int_value Nullable(Int64), double_value Nullable(Float64), bytes_value Nullable(String)))), dropped_attributes_count UInt32, flags UInt32)),
        dropped_links_count UInt32, status Tuple(message String, code Int32), flags UInt32))') AS spans
FROM encoded
GROUP BY Request, Place
ORDER BY Request
SETTINGS max_threads = 1, query_plan_merge_expressions = 0
