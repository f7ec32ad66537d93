-- kind: view
-- why: the engine turns OTLP requests into log records and the policies into what may be stored of them; no Python per record
-- reads: landing_logs, the functions assay_policy_*
-- gives: assay_decoded_logs, one row per log record

CREATE MATERIALIZED VIEW IF NOT EXISTS decode_log_records TO assay_decoded_logs AS
WITH
    resources AS
    (
        SELECT
            batch, received_unix_nano, tupleElement(rs, 'schema_url') AS resource_schema_url,
            tupleElement(tupleElement(rs, 'resource'), 'dropped_attributes_count') AS resource_dropped,
            if(empty(tupleElement(tupleElement(rs, 'resource'), 'entity_refs')), '', toJSONString(tupleElement(tupleElement(rs, 'resource'), 'entity_refs'))) AS entity_refs,
            assay_resource(tupleElement(tupleElement(rs, 'resource'), 'attributes')) AS resource,
            tupleElement(rs, 'scope_logs') AS scopes
        FROM (SELECT batch, received_unix_nano, arrayJoin(resource_logs) AS rs FROM landing_logs)
    ),
    scopes AS
    (
        SELECT
            * EXCEPT (scopes, ss, resource),
            assay_map(tupleElement(resource, 1), tupleElement(resource, 2)) AS resource_attributes,
            assay_sorted_types(tupleElement(resource, 1), tupleElement(resource, 3)) AS resource_types,
            tupleElement(resource, 4) AS resource_scrubbed,
            tupleElement(tupleElement(ss, 'scope'), 'name') AS scope_name, tupleElement(tupleElement(ss, 'scope'), 'version') AS scope_version, tupleElement(ss, 'schema_url') AS scope_schema_url,
            tupleElement(tupleElement(ss, 'scope'), 'dropped_attributes_count') AS scope_dropped,
            tupleElement(tupleElement(tupleElement(ss, 'scope'), 'attributes'), 'key') AS scope_keys,
            assay_texts(tupleElement(tupleElement(ss, 'scope'), 'attributes')) AS scope_texts,
            tupleElement(tupleElement(tupleElement(tupleElement(ss, 'scope'), 'attributes'), 'value'), 'type') AS scope_value_types,
            tupleElement(ss, 'log_records') AS log_records
        FROM (SELECT *, arrayJoin(scopes) AS ss FROM resources)
    ),
    read AS
    (
        SELECT
            * EXCEPT (log_records, log),
            multiIf(tupleElement(log, 'time_unix_nano') != 0, tupleElement(log, 'time_unix_nano'), tupleElement(log, 'observed_time_unix_nano') != 0, tupleElement(log, 'observed_time_unix_nano'), received_unix_nano) AS time_unix_nano,
            lower(hex(tupleElement(log, 'trace_id'))) AS TraceId,
            lower(hex(tupleElement(log, 'span_id'))) AS SpanId,
            if(tupleElement(log, 'flags') < 256, tupleElement(log, 'flags'), 0) AS TraceFlags,
            tupleElement(log, 'severity_text') AS SeverityText,
            if(toUInt32(tupleElement(log, 'severity_number')) < 256, tupleElement(log, 'severity_number'), 0) AS SeverityNumber,
            assay_text3(tupleElement(log, 'body'), tupleElement(tupleElement(log, 'body'), 'type')) AS body,
            tupleElement(tupleElement(log, 'body'), 'type') AS body_type,
            tupleElement(tupleElement(log, 'attributes'), 'key') AS keys,
            assay_texts(tupleElement(log, 'attributes')) AS texts,
            tupleElement(tupleElement(tupleElement(log, 'attributes'), 'value'), 'type') AS types,
            tupleElement(log, 'event_name') AS EventName,
            fromUnixTimestamp64Nano(toInt64(tupleElement(log, 'observed_time_unix_nano'))) AS ObservedTimestamp,
            tupleElement(log, 'time_unix_nano') != 0 AS TimePresent,
            tupleElement(log, 'dropped_attributes_count') AS DroppedAttributesCount,
            assay_overflow([
                ('severity_number', if(toUInt32(tupleElement(log, 'severity_number')) < 256, '', toString(tupleElement(log, 'severity_number')))),
                ('flags', if(tupleElement(log, 'flags') < 256, '', toString(tupleElement(log, 'flags')))),
                ('entity_refs', entity_refs)]) AS Overflow
        FROM (SELECT *, arrayJoin(log_records) AS log FROM scopes)
    ),
    screened AS
    (
        SELECT
            *,
            arrayConcat(keys, scope_keys) AS all_keys,
            arrayConcat(texts, scope_texts, [body]) AS all_texts,
            assay_policy_suspect(arrayStringConcat(all_keys, '\n'), arrayStringConcat(all_texts, '\n')) AS suspect
        FROM read
    ),
    scrubbed AS
    (
        SELECT
            * EXCEPT (keys, texts, types, scope_keys, scope_texts, scope_value_types, body, body_type, all_keys, all_texts, suspect),
            if(suspect,
                arrayMap(clean -> assay_placed_log(clean, keys, texts, types, scope_keys, scope_texts, scope_value_types, body, body_type, all_texts),
                    [arrayMap((key, text) -> assay_policy_clean(key, text), arrayResize(all_keys, length(all_texts), ''), all_texts)])[1],
                (keys, texts, types, scope_keys, scope_texts, scope_value_types, body, body_type, CAST(map(), 'Map(LowCardinality(String), LowCardinality(String))'))) AS parts
        FROM screened
    ),
    finished AS
    (
        SELECT
            fromUnixTimestamp64Nano(toInt64(time_unix_nano)) AS Timestamp,
            TraceId, SpanId, TraceFlags, SeverityText, SeverityNumber,
            if(resource_attributes['service.name'] = '', 'unknown_service', resource_attributes['service.name']) AS ServiceName,
            tupleElement(parts, 7) AS Body,
            resource_schema_url AS ResourceSchemaUrl,
            resource_attributes AS ResourceAttributes,
            scope_schema_url AS ScopeSchemaUrl,
            scope_name AS ScopeName,
            scope_version AS ScopeVersion,
            assay_map(tupleElement(parts, 4), tupleElement(parts, 5)) AS ScopeAttributes,
            assay_map(tupleElement(assay_policy_log(tupleElement(parts, 1), tupleElement(parts, 2), tupleElement(parts, 3)), 1), tupleElement(assay_policy_log(tupleElement(parts, 1), tupleElement(parts, 2), tupleElement(parts, 3)), 2)) AS LogAttributes,
            EventName, ObservedTimestamp, TimePresent,
            tupleElement(parts, 8) AS BodyType,
            assay_sorted_types(tupleElement(assay_policy_log(tupleElement(parts, 1), tupleElement(parts, 2), tupleElement(parts, 3)), 1), tupleElement(assay_policy_log(tupleElement(parts, 1), tupleElement(parts, 2), tupleElement(parts, 3)), 3)) AS LogAttributeTypes,
            DroppedAttributesCount,
            resource_types AS ResourceAttributeTypes,
            resource_dropped AS ResourceDroppedAttributesCount,
            assay_sorted_types(tupleElement(parts, 4), tupleElement(parts, 6)) AS ScopeAttributeTypes,
            scope_dropped AS ScopeDroppedAttributesCount,
            Overflow,
            batch AS Batch,
            fromUnixTimestamp64Micro(toInt64(intDiv(received_unix_nano, 1000))) AS ReceivedAt,
            assay_partition_date(time_unix_nano, received_unix_nano) AS PartitionDate,
            mapConcat(resource_scrubbed, tupleElement(parts, 9)) AS Scrubbed
        FROM scrubbed
    )
SELECT
    *,
    assay_policy_filter_log(ServiceName, SeverityNumber, SeverityText, Body, EventName, LogAttributes, ResourceAttributes, ScopeName, TraceId) AS Filter
FROM finished
