-- kind: view
-- why: the engine turns OTLP requests into spans; no Python per span
-- reads: landing_traces
-- gives: assay_decoded_spans, one row per span

-- How many spans one stands for that a sender sampled by consistent probability: 2^56 / (2^56 - threshold), with the threshold as
-- hexadecimal digits that are filled up with zeros (OpenTelemetry, TraceState handling: ot=th:…).
CREATE OR REPLACE FUNCTION assay_adjusted_count AS (trace_state) -> if(empty(trace_state), 1., 72057594037927936. / greatest(1., 72057594037927936. -
    reinterpretAsUInt64(reverse(unhex(rightPad(extract(trace_state, '(?:^|,)[ ]*ot=(?:[^,]*;)?th:([0-9a-f]{1,14})(?:[;,]|$)'), 14, '0'))))));

CREATE MATERIALIZED VIEW IF NOT EXISTS decode_spans TO assay_decoded_spans AS
WITH
    resources AS
    (
        SELECT
            batch, received_unix_nano, tupleElement(rs, 'schema_url') AS resource_schema_url,
            tupleElement(tupleElement(rs, 'resource'), 'dropped_attributes_count') AS resource_dropped,
            if(empty(tupleElement(tupleElement(rs, 'resource'), 'entity_refs')), '', toJSONString(tupleElement(tupleElement(rs, 'resource'), 'entity_refs'))) AS entity_refs,
            assay_attributes(tupleElement(tupleElement(rs, 'resource'), 'attributes')) AS resource_attributes,
            assay_types(tupleElement(tupleElement(rs, 'resource'), 'attributes')) AS resource_types,
            tupleElement(rs, 'scope_spans') AS scopes
        FROM (SELECT batch, received_unix_nano, arrayJoin(resource_spans) AS rs FROM landing_traces)
    ),
    scopes AS
    (
        SELECT
            * EXCEPT (scopes, ss),
            tupleElement(tupleElement(ss, 'scope'), 'name') AS scope_name, tupleElement(tupleElement(ss, 'scope'), 'version') AS scope_version, tupleElement(ss, 'schema_url') AS scope_schema_url,
            tupleElement(tupleElement(ss, 'scope'), 'dropped_attributes_count') AS scope_dropped,
            assay_attributes(tupleElement(tupleElement(ss, 'scope'), 'attributes')) AS scope_attributes,
            assay_types(tupleElement(tupleElement(ss, 'scope'), 'attributes')) AS scope_types,
            tupleElement(ss, 'spans') AS spans
        FROM (SELECT *, arrayJoin(scopes) AS ss FROM resources)
    )
SELECT
    fromUnixTimestamp64Nano(toInt64(tupleElement(span, 'start_time_unix_nano'))) AS Timestamp,
    lower(hex(tupleElement(span, 'trace_id'))) AS TraceId,
    lower(hex(tupleElement(span, 'span_id'))) AS SpanId,
    lower(hex(tupleElement(span, 'parent_span_id'))) AS ParentSpanId,
    tupleElement(span, 'trace_state') AS TraceState,
    tupleElement(span, 'name') AS SpanName,
    transform(tupleElement(span, 'kind'), [0, 1, 2, 3, 4, 5], ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer'], toString(tupleElement(span, 'kind'))) AS SpanKind,
    if(resource_attributes['service.name'] = '', 'unknown_service', resource_attributes['service.name']) AS ServiceName,
    resource_attributes AS ResourceAttributes,
    scope_name AS ScopeName,
    scope_version AS ScopeVersion,
    assay_attributes(tupleElement(span, 'attributes')) AS SpanAttributes,
    if(tupleElement(span, 'end_time_unix_nano') > tupleElement(span, 'start_time_unix_nano'), tupleElement(span, 'end_time_unix_nano') - tupleElement(span, 'start_time_unix_nano'), 0) AS Duration,
    transform(tupleElement(tupleElement(span, 'status'), 'code'), [0, 1, 2], ['Unset', 'Ok', 'Error'], toString(tupleElement(tupleElement(span, 'status'), 'code'))) AS StatusCode,
    tupleElement(tupleElement(span, 'status'), 'message') AS StatusMessage,
    arrayMap(t -> fromUnixTimestamp64Nano(toInt64(t)), tupleElement(tupleElement(span, 'events'), 'time_unix_nano')) AS `Events.Timestamp`,
    tupleElement(tupleElement(span, 'events'), 'name') AS `Events.Name`,
    arrayMap(a -> assay_attributes(a), tupleElement(tupleElement(span, 'events'), 'attributes')) AS `Events.Attributes`,
    arrayMap(a -> assay_types(a), tupleElement(tupleElement(span, 'events'), 'attributes')) AS `Events.AttributeTypes`,
    tupleElement(tupleElement(span, 'events'), 'dropped_attributes_count') AS `Events.DroppedAttributesCount`,
    arrayMap(id -> lower(hex(id)), tupleElement(tupleElement(span, 'links'), 'trace_id')) AS `Links.TraceId`,
    arrayMap(id -> lower(hex(id)), tupleElement(tupleElement(span, 'links'), 'span_id')) AS `Links.SpanId`,
    tupleElement(tupleElement(span, 'links'), 'trace_state') AS `Links.TraceState`,
    arrayMap(a -> assay_attributes(a), tupleElement(tupleElement(span, 'links'), 'attributes')) AS `Links.Attributes`,
    arrayMap(a -> assay_types(a), tupleElement(tupleElement(span, 'links'), 'attributes')) AS `Links.AttributeTypes`,
    tupleElement(tupleElement(span, 'links'), 'dropped_attributes_count') AS `Links.DroppedAttributesCount`,
    tupleElement(tupleElement(span, 'links'), 'flags') AS `Links.Flags`,
    tupleElement(span, 'flags') AS Flags,
    assay_types(tupleElement(span, 'attributes')) AS SpanAttributeTypes,
    tupleElement(span, 'dropped_attributes_count') AS DroppedAttributesCount,
    tupleElement(span, 'dropped_events_count') AS DroppedEventsCount,
    tupleElement(span, 'dropped_links_count') AS DroppedLinksCount,
    resource_types AS ResourceAttributeTypes,
    resource_dropped AS ResourceDroppedAttributesCount,
    resource_schema_url AS ResourceSchemaUrl,
    scope_attributes AS ScopeAttributes,
    scope_types AS ScopeAttributeTypes,
    scope_dropped AS ScopeDroppedAttributesCount,
    scope_schema_url AS ScopeSchemaUrl,
    assay_overflow([
        ('end_time_unix_nano', if(tupleElement(span, 'end_time_unix_nano') < tupleElement(span, 'start_time_unix_nano'), toString(tupleElement(span, 'end_time_unix_nano')), '')),
        ('entity_refs', entity_refs)]) AS Overflow,
    batch AS Batch,
    fromUnixTimestamp64Micro(toInt64(intDiv(received_unix_nano, 1000))) AS ReceivedAt,
    assay_partition_date(tupleElement(span, 'start_time_unix_nano'), received_unix_nano) AS PartitionDate,
    assay_adjusted_count(tupleElement(span, 'trace_state')) AS AdjustedCount,
    CAST(0, 'Enum8(\'recent\' = 0, \'kept\' = 1, \'filtered\' = 2)') AS Stage,
    '' AS Filter
FROM (SELECT * EXCEPT spans, arrayJoin(spans) AS span FROM scopes)
