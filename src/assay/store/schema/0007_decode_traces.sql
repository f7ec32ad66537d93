-- kind: view
-- why: the engine turns OTLP requests into spans; no Python per span
-- reads: landing_traces
-- gives: otel_traces, one row per span

CREATE MATERIALIZED VIEW IF NOT EXISTS decode_traces TO otel_traces AS
WITH
    resources AS
    (
        SELECT
            batch, received_unix_nano, rs.schema_url AS resource_schema_url,
            rs.resource.dropped_attributes_count AS resource_dropped,
            if(empty(rs.resource.entity_refs), '', toJSONString(rs.resource.entity_refs)) AS entity_refs,
            assay_attributes(rs.resource.attributes) AS resource_attributes,
            assay_types(rs.resource.attributes) AS resource_types,
            rs.scope_spans AS scopes
        FROM (SELECT batch, received_unix_nano, arrayJoin(resource_spans) AS rs FROM landing_traces)
    ),
    scopes AS
    (
        SELECT
            * EXCEPT (scopes, ss),
            ss.scope.name AS scope_name, ss.scope.version AS scope_version, ss.schema_url AS scope_schema_url,
            ss.scope.dropped_attributes_count AS scope_dropped,
            assay_attributes(ss.scope.attributes) AS scope_attributes,
            assay_types(ss.scope.attributes) AS scope_types,
            ss.spans AS spans
        FROM (SELECT *, arrayJoin(scopes) AS ss FROM resources)
    )
SELECT
    fromUnixTimestamp64Nano(toInt64(span.start_time_unix_nano)) AS Timestamp,
    lower(hex(span.trace_id)) AS TraceId,
    lower(hex(span.span_id)) AS SpanId,
    lower(hex(span.parent_span_id)) AS ParentSpanId,
    span.trace_state AS TraceState,
    span.name AS SpanName,
    transform(span.kind, [0, 1, 2, 3, 4, 5], ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer'], toString(span.kind)) AS SpanKind,
    if(resource_attributes['service.name'] = '', 'unknown_service', resource_attributes['service.name']) AS ServiceName,
    resource_attributes AS ResourceAttributes,
    scope_name AS ScopeName,
    scope_version AS ScopeVersion,
    assay_attributes(span.attributes) AS SpanAttributes,
    if(span.end_time_unix_nano > span.start_time_unix_nano, span.end_time_unix_nano - span.start_time_unix_nano, 0) AS Duration,
    transform(span.status.code, [0, 1, 2], ['Unset', 'Ok', 'Error'], toString(span.status.code)) AS StatusCode,
    span.status.message AS StatusMessage,
    arrayMap(t -> fromUnixTimestamp64Nano(toInt64(t)), tupleElement(span.events, 'time_unix_nano')) AS `Events.Timestamp`,
    tupleElement(span.events, 'name') AS `Events.Name`,
    arrayMap(a -> assay_attributes(a), tupleElement(span.events, 'attributes')) AS `Events.Attributes`,
    arrayMap(a -> assay_types(a), tupleElement(span.events, 'attributes')) AS `Events.AttributeTypes`,
    tupleElement(span.events, 'dropped_attributes_count') AS `Events.DroppedAttributesCount`,
    arrayMap(id -> lower(hex(id)), tupleElement(span.links, 'trace_id')) AS `Links.TraceId`,
    arrayMap(id -> lower(hex(id)), tupleElement(span.links, 'span_id')) AS `Links.SpanId`,
    tupleElement(span.links, 'trace_state') AS `Links.TraceState`,
    arrayMap(a -> assay_attributes(a), tupleElement(span.links, 'attributes')) AS `Links.Attributes`,
    arrayMap(a -> assay_types(a), tupleElement(span.links, 'attributes')) AS `Links.AttributeTypes`,
    tupleElement(span.links, 'dropped_attributes_count') AS `Links.DroppedAttributesCount`,
    tupleElement(span.links, 'flags') AS `Links.Flags`,
    span.flags AS Flags,
    assay_types(span.attributes) AS SpanAttributeTypes,
    span.dropped_attributes_count AS DroppedAttributesCount,
    span.dropped_events_count AS DroppedEventsCount,
    span.dropped_links_count AS DroppedLinksCount,
    resource_types AS ResourceAttributeTypes,
    resource_dropped AS ResourceDroppedAttributesCount,
    resource_schema_url AS ResourceSchemaUrl,
    scope_attributes AS ScopeAttributes,
    scope_types AS ScopeAttributeTypes,
    scope_dropped AS ScopeDroppedAttributesCount,
    scope_schema_url AS ScopeSchemaUrl,
    assay_overflow([
        ('end_time_unix_nano', if(span.end_time_unix_nano < span.start_time_unix_nano, toString(span.end_time_unix_nano), '')),
        ('entity_refs', entity_refs)]) AS Overflow,
    batch AS Batch,
    fromUnixTimestamp64Micro(toInt64(intDiv(received_unix_nano, 1000))) AS ReceivedAt,
    assay_partition_date(span.start_time_unix_nano, received_unix_nano) AS PartitionDate
FROM (SELECT * EXCEPT spans, arrayJoin(spans) AS span FROM scopes)
