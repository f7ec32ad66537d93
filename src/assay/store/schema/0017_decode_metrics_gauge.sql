-- kind: view
-- why: the engine turns gauges into data points
-- reads: landing_metrics_flat
-- gives: otel_metrics_gauge, one row per data point

CREATE MATERIALIZED VIEW IF NOT EXISTS decode_metrics_gauge TO otel_metrics_gauge AS
SELECT
    resource_attributes AS ResourceAttributes,
    resource_schema_url AS ResourceSchemaUrl,
    scope_name AS ScopeName,
    scope_version AS ScopeVersion,
    scope_attributes AS ScopeAttributes,
    scope_dropped AS ScopeDroppedAttrCount,
    scope_schema_url AS ScopeSchemaUrl,
    service_name AS ServiceName,
    name AS MetricName,
    description AS MetricDescription,
    unit AS MetricUnit,
    assay_attributes(point.attributes) AS Attributes,
    toDateTime(intDiv(point.start_time_unix_nano, 1000000000)) AS StartTimeUnix,
    toDateTime(intDiv(point.time_unix_nano, 1000000000)) AS TimeUnix,
    if(point.value = 'as_int', toFloat64(point.as_int), point.as_double) AS Value,
    point.flags AS Flags,
    arrayMap(a -> assay_attributes(a), tupleElement(point.exemplars, 'filtered_attributes')) AS `Exemplars.FilteredAttributes`,
    arrayMap(t -> toDateTime(intDiv(t, 1000000000)), tupleElement(point.exemplars, 'time_unix_nano')) AS `Exemplars.TimeUnix`,
    arrayMap((kind, d, i) -> if(kind = 'as_int', toFloat64(i), d), tupleElement(point.exemplars, 'value'), tupleElement(point.exemplars, 'as_double'), tupleElement(point.exemplars, 'as_int')) AS `Exemplars.Value`,
    arrayMap(id -> lower(hex(id)), tupleElement(point.exemplars, 'span_id')) AS `Exemplars.SpanId`,
    arrayMap(id -> lower(hex(id)), tupleElement(point.exemplars, 'trace_id')) AS `Exemplars.TraceId`,
    arrayMap(a -> assay_types(a), tupleElement(point.exemplars, 'filtered_attributes')) AS `Exemplars.AttributeTypes`,
    tupleElement(point.exemplars, 'time_unix_nano') AS `Exemplars.TimeUnixNano`,
    arrayMap(v -> CAST(toInt8(v), 'Enum8(\'none\' = 0, \'double\' = 3, \'int\' = 6)'), tupleElement(point.exemplars, 'value')) AS `Exemplars.ValueType`,
    tupleElement(point.exemplars, 'as_int') AS `Exemplars.ValueInt`,
    CAST(toInt8(point.value), 'Enum8(\'none\' = 0, \'double\' = 4, \'int\' = 6)') AS ValueType,
    point.as_int AS ValueInt,
    point.start_time_unix_nano AS StartTimeUnixNano,
    point.time_unix_nano AS TimeUnixNano,
    assay_types(point.attributes) AS AttributeTypes,
    metadata AS MetricMetadata,
    metadata_types AS MetricMetadataTypes,
    resource_types AS ResourceAttributeTypes,
    resource_dropped AS ResourceDroppedAttributesCount,
    scope_types AS ScopeAttributeTypes,
    overflow AS Overflow,
    batch AS Batch,
    fromUnixTimestamp64Micro(toInt64(intDiv(received_unix_nano, 1000))) AS ReceivedAt,
    assay_partition_date(point.time_unix_nano, received_unix_nano) AS PartitionDate
FROM
(
    SELECT * EXCEPT (gauge, sum, histogram, exponential_histogram, summary), arrayJoin(gauge.data_points) AS point
    FROM landing_metrics_flat
    WHERE notEmpty(gauge.data_points)
)
