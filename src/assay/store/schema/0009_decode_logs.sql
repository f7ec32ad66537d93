-- kind: view
-- why: the engine turns OTLP requests into log records; no Python per record
-- reads: landing_logs
-- gives: otel_logs, one row per log record

CREATE MATERIALIZED VIEW IF NOT EXISTS decode_logs TO otel_logs AS
WITH
    resources AS
    (
        SELECT
            batch, received_unix_nano, tupleElement(rs, 'schema_url') AS resource_schema_url,
            tupleElement(tupleElement(rs, 'resource'), 'dropped_attributes_count') AS resource_dropped,
            if(empty(tupleElement(tupleElement(rs, 'resource'), 'entity_refs')), '', toJSONString(tupleElement(tupleElement(rs, 'resource'), 'entity_refs'))) AS entity_refs,
            assay_attributes(tupleElement(tupleElement(rs, 'resource'), 'attributes')) AS resource_attributes,
            assay_types(tupleElement(tupleElement(rs, 'resource'), 'attributes')) AS resource_types,
            tupleElement(rs, 'scope_logs') AS scopes
        FROM (SELECT batch, received_unix_nano, arrayJoin(resource_logs) AS rs FROM landing_logs)
    ),
    scopes AS
    (
        SELECT
            * EXCEPT (scopes, ss),
            tupleElement(tupleElement(ss, 'scope'), 'name') AS scope_name, tupleElement(tupleElement(ss, 'scope'), 'version') AS scope_version, tupleElement(ss, 'schema_url') AS scope_schema_url,
            tupleElement(tupleElement(ss, 'scope'), 'dropped_attributes_count') AS scope_dropped,
            assay_attributes(tupleElement(tupleElement(ss, 'scope'), 'attributes')) AS scope_attributes,
            assay_types(tupleElement(tupleElement(ss, 'scope'), 'attributes')) AS scope_types,
            tupleElement(ss, 'log_records') AS log_records
        FROM (SELECT *, arrayJoin(scopes) AS ss FROM resources)
    )
SELECT
    fromUnixTimestamp64Nano(toInt64(time_unix_nano)) AS Timestamp,
    lower(hex(tupleElement(log, 'trace_id'))) AS TraceId,
    lower(hex(tupleElement(log, 'span_id'))) AS SpanId,
    if(tupleElement(log, 'flags') < 256, tupleElement(log, 'flags'), 0) AS TraceFlags,
    tupleElement(log, 'severity_text') AS SeverityText,
    if(toUInt32(tupleElement(log, 'severity_number')) < 256, tupleElement(log, 'severity_number'), 0) AS SeverityNumber,
    if(resource_attributes['service.name'] = '', 'unknown_service', resource_attributes['service.name']) AS ServiceName,
    assay_text3(tupleElement(log, 'body'), tupleElement(tupleElement(log, 'body'), 'type')) AS Body,
    resource_schema_url AS ResourceSchemaUrl,
    resource_attributes AS ResourceAttributes,
    scope_schema_url AS ScopeSchemaUrl,
    scope_name AS ScopeName,
    scope_version AS ScopeVersion,
    scope_attributes AS ScopeAttributes,
    assay_attributes(tupleElement(log, 'attributes')) AS LogAttributes,
    tupleElement(log, 'event_name') AS EventName,
    fromUnixTimestamp64Nano(toInt64(tupleElement(log, 'observed_time_unix_nano'))) AS ObservedTimestamp,
    tupleElement(log, 'time_unix_nano') != 0 AS TimePresent,
    tupleElement(tupleElement(log, 'body'), 'type') AS BodyType,
    assay_types(tupleElement(log, 'attributes')) AS LogAttributeTypes,
    tupleElement(log, 'dropped_attributes_count') AS DroppedAttributesCount,
    resource_types AS ResourceAttributeTypes,
    resource_dropped AS ResourceDroppedAttributesCount,
    scope_types AS ScopeAttributeTypes,
    scope_dropped AS ScopeDroppedAttributesCount,
    assay_overflow([
        ('severity_number', if(toUInt32(tupleElement(log, 'severity_number')) < 256, '', toString(tupleElement(log, 'severity_number')))),
        ('flags', if(tupleElement(log, 'flags') < 256, '', toString(tupleElement(log, 'flags')))),
        ('entity_refs', entity_refs)]) AS Overflow,
    batch AS Batch,
    fromUnixTimestamp64Micro(toInt64(intDiv(received_unix_nano, 1000))) AS ReceivedAt,
    assay_partition_date(time_unix_nano, received_unix_nano) AS PartitionDate
FROM
(
    SELECT *, multiIf(tupleElement(log, 'time_unix_nano') != 0, tupleElement(log, 'time_unix_nano'), tupleElement(log, 'observed_time_unix_nano') != 0, tupleElement(log, 'observed_time_unix_nano'), received_unix_nano) AS time_unix_nano
    FROM (SELECT * EXCEPT log_records, arrayJoin(log_records) AS log FROM scopes)
)
