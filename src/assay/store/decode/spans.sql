-- kind: view
-- why: the engine turns OTLP requests into spans and the policies into what may be stored of them; no Python per span
-- reads: landing_traces, the functions assay_policy_*
-- gives: assay_decoded_spans, one row per span. `read` takes the span apart; `checked` has in `clean` all its texts as they may be stored, one after
--        the other, if any of them is suspect; `scrubbed` puts them back in their places

CREATE MATERIALIZED VIEW IF NOT EXISTS decode_spans TO assay_decoded_spans AS
WITH
    resources AS
    (
        SELECT
            batch, received_unix_nano, tupleElement(rs, 'schema_url') AS resource_schema_url,
            tupleElement(tupleElement(rs, 'resource'), 'dropped_attributes_count') AS resource_dropped,
            if(empty(tupleElement(tupleElement(rs, 'resource'), 'entity_refs')), '', toJSONString(tupleElement(tupleElement(rs, 'resource'), 'entity_refs'))) AS entity_refs,
            assay_resource(tupleElement(tupleElement(rs, 'resource'), 'attributes')) AS resource,
            tupleElement(rs, 'scope_spans') AS scopes
        FROM (SELECT batch, received_unix_nano, arrayJoin(resource_spans) AS rs FROM landing_traces)
    ),
    scopes AS
    (
        SELECT
            * EXCEPT (scopes, ss, resource),
            assay_map(tupleElement(resource, 1), tupleElement(resource, 2)) AS resource_attributes,
            assay_sorted_types(tupleElement(resource, 1), tupleElement(resource, 3)) AS resource_types,
            tupleElement(resource, 4) AS resource_scrubbed,
            resource_attributes['service.version'] AS Version,
            if(resource_attributes['deployment.environment.name'] = '', resource_attributes['deployment.environment'], resource_attributes['deployment.environment.name']) AS Environment,
            tupleElement(tupleElement(ss, 'scope'), 'name') AS scope_name, tupleElement(tupleElement(ss, 'scope'), 'version') AS scope_version, tupleElement(ss, 'schema_url') AS scope_schema_url,
            tupleElement(tupleElement(ss, 'scope'), 'dropped_attributes_count') AS scope_dropped,
            tupleElement(tupleElement(tupleElement(ss, 'scope'), 'attributes'), 'key') AS scope_keys,
            assay_texts(tupleElement(tupleElement(ss, 'scope'), 'attributes')) AS scope_texts,
            tupleElement(tupleElement(tupleElement(tupleElement(ss, 'scope'), 'attributes'), 'value'), 'type') AS scope_value_types,
            tupleElement(ss, 'spans') AS spans
        FROM (SELECT *, arrayJoin(scopes) AS ss FROM resources)
    ),
    read AS
    (
        SELECT
            * EXCEPT (spans, span),
            fromUnixTimestamp64Nano(toInt64(tupleElement(span, 'start_time_unix_nano'))) AS Timestamp,
            lower(hex(tupleElement(span, 'trace_id'))) AS TraceId,
            lower(hex(tupleElement(span, 'span_id'))) AS SpanId,
            lower(hex(tupleElement(span, 'parent_span_id'))) AS ParentSpanId,
            tupleElement(span, 'trace_state') AS TraceState,
            tupleElement(span, 'name') AS name,
            transform(tupleElement(span, 'kind'), [0, 1, 2, 3, 4, 5], ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer'], toString(tupleElement(span, 'kind'))) AS SpanKind,
            if(tupleElement(span, 'end_time_unix_nano') > tupleElement(span, 'start_time_unix_nano'), tupleElement(span, 'end_time_unix_nano') - tupleElement(span, 'start_time_unix_nano'), 0) AS Duration,
            transform(tupleElement(tupleElement(span, 'status'), 'code'), [0, 1, 2], ['Unset', 'Ok', 'Error'], toString(tupleElement(tupleElement(span, 'status'), 'code'))) AS StatusCode,
            tupleElement(tupleElement(span, 'status'), 'message') AS message,
            tupleElement(tupleElement(span, 'attributes'), 'key') AS keys,
            assay_texts(tupleElement(span, 'attributes')) AS texts,
            tupleElement(tupleElement(tupleElement(span, 'attributes'), 'value'), 'type') AS types,
            arrayMap(a -> tupleElement(a, 'key'), tupleElement(tupleElement(span, 'events'), 'attributes')) AS event_keys,
            arrayMap(a -> assay_texts(a), tupleElement(tupleElement(span, 'events'), 'attributes')) AS event_texts,
            arrayMap(a -> tupleElement(tupleElement(a, 'value'), 'type'), tupleElement(tupleElement(span, 'events'), 'attributes')) AS event_types,
            arrayMap(t -> fromUnixTimestamp64Nano(toInt64(t)), tupleElement(tupleElement(span, 'events'), 'time_unix_nano')) AS `Events.Timestamp`,
            tupleElement(tupleElement(span, 'events'), 'name') AS event_names,
            tupleElement(tupleElement(span, 'events'), 'dropped_attributes_count') AS `Events.DroppedAttributesCount`,
            arrayMap(a -> tupleElement(a, 'key'), tupleElement(tupleElement(span, 'links'), 'attributes')) AS link_keys,
            arrayMap(a -> assay_texts(a), tupleElement(tupleElement(span, 'links'), 'attributes')) AS link_texts,
            arrayMap(a -> tupleElement(tupleElement(a, 'value'), 'type'), tupleElement(tupleElement(span, 'links'), 'attributes')) AS link_types,
            arrayMap(id -> lower(hex(id)), tupleElement(tupleElement(span, 'links'), 'trace_id')) AS `Links.TraceId`,
            arrayMap(id -> lower(hex(id)), tupleElement(tupleElement(span, 'links'), 'span_id')) AS `Links.SpanId`,
            tupleElement(tupleElement(span, 'links'), 'trace_state') AS `Links.TraceState`,
            tupleElement(tupleElement(span, 'links'), 'dropped_attributes_count') AS `Links.DroppedAttributesCount`,
            tupleElement(tupleElement(span, 'links'), 'flags') AS `Links.Flags`,
            tupleElement(span, 'flags') AS Flags,
            tupleElement(span, 'dropped_attributes_count') AS DroppedAttributesCount,
            tupleElement(span, 'dropped_events_count') AS DroppedEventsCount,
            tupleElement(span, 'dropped_links_count') AS DroppedLinksCount,
            assay_overflow([
                ('end_time_unix_nano', if(tupleElement(span, 'end_time_unix_nano') < tupleElement(span, 'start_time_unix_nano'), toString(tupleElement(span, 'end_time_unix_nano')), '')),
                ('entity_refs', entity_refs)]) AS Overflow,
            assay_partition_date(tupleElement(span, 'start_time_unix_nano'), received_unix_nano) AS PartitionDate
        FROM (SELECT *, arrayJoin(spans) AS span FROM scopes)
    ),
    screened AS
    (
        SELECT
            *,
            arrayConcat(keys, scope_keys, arrayFlatten(event_keys), arrayFlatten(link_keys)) AS all_keys,
            arrayConcat(texts, scope_texts, arrayFlatten(event_texts), arrayFlatten(link_texts), [name, message], event_names) AS all_texts,
            assay_policy_suspect(arrayStringConcat(all_keys, '\n'), arrayStringConcat(all_texts, '\n')) AS suspect
        FROM read
    ),
    scrubbed AS
    (
        SELECT
            * EXCEPT (keys, texts, types, scope_keys, scope_texts, scope_value_types, event_keys, event_texts, event_types, event_names, link_keys, link_texts, link_types, name, message, all_keys, all_texts, suspect),
            if(suspect,
                arrayMap(clean -> assay_placed(clean, keys, texts, types, scope_keys, scope_texts, scope_value_types, event_keys, event_texts, event_types, link_keys, link_texts, link_types, all_texts),
                    [arrayMap((key, text) -> assay_policy_clean(key, text), arrayResize(all_keys, length(all_texts), ''), all_texts)])[1],
                (keys, texts, types, scope_keys, scope_texts, scope_value_types, event_keys, event_texts, event_types, link_keys, link_texts, link_types, name, message, event_names,
                    CAST(map(), 'Map(LowCardinality(String), LowCardinality(String))'))) AS parts
        FROM screened
    ),
    finished AS
    (
        SELECT
            Timestamp, TraceId, SpanId, ParentSpanId, TraceState,
            tupleElement(parts, 13) AS SpanName,
            SpanKind,
            if(resource_attributes['service.name'] = '', 'unknown_service', resource_attributes['service.name']) AS ServiceName,
            resource_attributes AS ResourceAttributes,
            scope_name AS ScopeName,
            scope_version AS ScopeVersion,
            assay_map(tupleElement(assay_policy_span(tupleElement(parts, 1), tupleElement(parts, 2), tupleElement(parts, 3)), 1), tupleElement(assay_policy_span(tupleElement(parts, 1), tupleElement(parts, 2), tupleElement(parts, 3)), 2)) AS SpanAttributes,
            Duration, StatusCode,
            tupleElement(parts, 14) AS StatusMessage,
            `Events.Timestamp`,
            tupleElement(parts, 15) AS `Events.Name`,
            arrayMap((k, t) -> assay_map(k, t), tupleElement(parts, 7), tupleElement(parts, 8)) AS `Events.Attributes`,
            arrayMap((k, y) -> assay_sorted_types(k, y), tupleElement(parts, 7), tupleElement(parts, 9)) AS `Events.AttributeTypes`,
            `Events.DroppedAttributesCount`,
            `Links.TraceId`, `Links.SpanId`, `Links.TraceState`,
            arrayMap((k, t) -> assay_map(k, t), tupleElement(parts, 10), tupleElement(parts, 11)) AS `Links.Attributes`,
            arrayMap((k, y) -> assay_sorted_types(k, y), tupleElement(parts, 10), tupleElement(parts, 12)) AS `Links.AttributeTypes`,
            `Links.DroppedAttributesCount`, `Links.Flags`, Flags,
            assay_sorted_types(tupleElement(assay_policy_span(tupleElement(parts, 1), tupleElement(parts, 2), tupleElement(parts, 3)), 1), tupleElement(assay_policy_span(tupleElement(parts, 1), tupleElement(parts, 2), tupleElement(parts, 3)), 3)) AS SpanAttributeTypes,
            DroppedAttributesCount, DroppedEventsCount, DroppedLinksCount,
            resource_types AS ResourceAttributeTypes,
            resource_dropped AS ResourceDroppedAttributesCount,
            resource_schema_url AS ResourceSchemaUrl,
            assay_map(tupleElement(parts, 4), tupleElement(parts, 5)) AS ScopeAttributes,
            assay_sorted_types(tupleElement(parts, 4), tupleElement(parts, 6)) AS ScopeAttributeTypes,
            scope_dropped AS ScopeDroppedAttributesCount,
            scope_schema_url AS ScopeSchemaUrl,
            Overflow,
            batch AS Batch,
            fromUnixTimestamp64Micro(toInt64(intDiv(received_unix_nano, 1000))) AS ReceivedAt,
            PartitionDate,
            mapConcat(resource_scrubbed, tupleElement(parts, 16)) AS Scrubbed,
            assay_adjusted_count(TraceState) AS AdjustedCount,
            Environment, Version
        FROM scrubbed
    )
SELECT
    *,
    assay_policy_filter_span(ServiceName, SpanName, SpanKind, StatusCode, Duration, SpanAttributes, ResourceAttributes, ScopeName, TraceId, ParentSpanId) AS Filter,
    CAST(multiIf(Filter != '', 'filtered', getSetting('log_comment') != '', getSetting('log_comment'), assay_policy_stage()), 'Enum8(\'recent\' = 0, \'kept\' = 1, \'filtered\' = 2)') AS Stage
FROM finished
