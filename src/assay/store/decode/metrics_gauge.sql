-- kind: view
-- why: the engine turns gauges into data points
-- reads: landing_metrics_flat, the functions assay_policy_*
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
    assay_map(tupleElement(assay_policy_point(point_keys, point_texts, point_types), 1), tupleElement(assay_policy_point(point_keys, point_texts, point_types), 2)) AS Attributes,
    toDateTime(intDiv(tupleElement(point, 'start_time_unix_nano'), 1000000000)) AS StartTimeUnix,
    toDateTime(intDiv(tupleElement(point, 'time_unix_nano'), 1000000000)) AS TimeUnix,
    if(tupleElement(point, 'value') = 'as_int', toFloat64(tupleElement(point, 'as_int')), tupleElement(point, 'as_double')) AS Value,
    tupleElement(point, 'flags') AS Flags,
    arrayMap((k, t) -> assay_map(k, t), point_exemplar_keys, point_exemplar_texts) AS `Exemplars.FilteredAttributes`,
    arrayMap(t -> toDateTime(intDiv(t, 1000000000)), tupleElement(tupleElement(point, 'exemplars'), 'time_unix_nano')) AS `Exemplars.TimeUnix`,
    arrayMap((kind, d, i) -> if(kind = 'as_int', toFloat64(i), d), tupleElement(tupleElement(point, 'exemplars'), 'value'), tupleElement(tupleElement(point, 'exemplars'), 'as_double'), tupleElement(tupleElement(point, 'exemplars'), 'as_int')) AS `Exemplars.Value`,
    arrayMap(id -> lower(hex(id)), tupleElement(tupleElement(point, 'exemplars'), 'span_id')) AS `Exemplars.SpanId`,
    arrayMap(id -> lower(hex(id)), tupleElement(tupleElement(point, 'exemplars'), 'trace_id')) AS `Exemplars.TraceId`,
    arrayMap((k, y) -> assay_sorted_types(k, y), point_exemplar_keys, point_exemplar_types) AS `Exemplars.AttributeTypes`,
    tupleElement(tupleElement(point, 'exemplars'), 'time_unix_nano') AS `Exemplars.TimeUnixNano`,
    arrayMap(v -> CAST(toInt8(v), 'Enum8(\'none\' = 0, \'double\' = 3, \'int\' = 6)'), tupleElement(tupleElement(point, 'exemplars'), 'value')) AS `Exemplars.ValueType`,
    tupleElement(tupleElement(point, 'exemplars'), 'as_int') AS `Exemplars.ValueInt`,
    CAST(toInt8(tupleElement(point, 'value')), 'Enum8(\'none\' = 0, \'double\' = 4, \'int\' = 6)') AS ValueType,
    tupleElement(point, 'as_int') AS ValueInt,
    tupleElement(point, 'start_time_unix_nano') AS StartTimeUnixNano,
    tupleElement(point, 'time_unix_nano') AS TimeUnixNano,
    assay_sorted_types(tupleElement(assay_policy_point(point_keys, point_texts, point_types), 1), tupleElement(assay_policy_point(point_keys, point_texts, point_types), 3)) AS AttributeTypes,
    metadata AS MetricMetadata,
    metadata_types AS MetricMetadataTypes,
    resource_types AS ResourceAttributeTypes,
    resource_dropped AS ResourceDroppedAttributesCount,
    scope_types AS ScopeAttributeTypes,
    overflow AS Overflow,
    batch AS Batch,
    fromUnixTimestamp64Micro(toInt64(intDiv(received_unix_nano, 1000))) AS ReceivedAt,
    assay_partition_date(tupleElement(point, 'time_unix_nano'), received_unix_nano) AS PartitionDate,
    point_scrubbed AS Scrubbed
FROM
(
    SELECT
        * EXCEPT (joined), tupleElement(joined, 1) AS point, tupleElement(joined, 2) AS point_keys, tupleElement(joined, 3) AS point_texts, tupleElement(joined, 4) AS point_types,
        tupleElement(joined, 5) AS point_scrubbed, tupleElement(joined, 6) AS point_exemplar_keys, tupleElement(joined, 7) AS point_exemplar_texts, tupleElement(joined, 8) AS point_exemplar_types
    FROM
    (
        SELECT
            * EXCEPT (gauge, sum, histogram, exponential_histogram, summary, keys, texts, types, exemplar_keys, exemplar_texts, exemplar_types, scrubbed),
            arrayJoin(arrayZip(tupleElement(gauge, 'data_points'), arraySlice(keys, 0 + 1, length(tupleElement(gauge, 'data_points'))), arraySlice(texts, 0 + 1, length(tupleElement(gauge, 'data_points'))), arraySlice(types, 0 + 1, length(tupleElement(gauge, 'data_points'))), arraySlice(scrubbed, 0 + 1, length(tupleElement(gauge, 'data_points'))), arraySlice(exemplar_keys, 0 + 1, length(tupleElement(gauge, 'data_points'))), arraySlice(exemplar_texts, 0 + 1, length(tupleElement(gauge, 'data_points'))), arraySlice(exemplar_types, 0 + 1, length(tupleElement(gauge, 'data_points'))))) AS joined
        FROM landing_metrics_flat
        WHERE empty(filter) > empty(tupleElement(gauge, 'data_points'))
    )
)
