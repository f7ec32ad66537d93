-- kind: view
-- why: the engine turns histograms with explicit bounds into data points
-- reads: landing_metrics_flat
-- gives: otel_metrics_histogram, one row per data point

CREATE MATERIALIZED VIEW IF NOT EXISTS decode_metrics_histogram TO otel_metrics_histogram AS
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
    assay_attributes(tupleElement(point, 'attributes')) AS Attributes,
    toDateTime(intDiv(tupleElement(point, 'start_time_unix_nano'), 1000000000)) AS StartTimeUnix,
    toDateTime(intDiv(tupleElement(point, 'time_unix_nano'), 1000000000)) AS TimeUnix,
    tupleElement(point, 'count') AS Count,
    ifNull(tupleElement(point, 'sum'), 0) AS Sum,
    tupleElement(point, 'bucket_counts') AS BucketCounts,
    tupleElement(point, 'explicit_bounds') AS ExplicitBounds,
    arrayMap(a -> assay_attributes(a), tupleElement(tupleElement(point, 'exemplars'), 'filtered_attributes')) AS `Exemplars.FilteredAttributes`,
    arrayMap(t -> toDateTime(intDiv(t, 1000000000)), tupleElement(tupleElement(point, 'exemplars'), 'time_unix_nano')) AS `Exemplars.TimeUnix`,
    arrayMap((kind, d, i) -> if(kind = 'as_int', toFloat64(i), d), tupleElement(tupleElement(point, 'exemplars'), 'value'), tupleElement(tupleElement(point, 'exemplars'), 'as_double'), tupleElement(tupleElement(point, 'exemplars'), 'as_int')) AS `Exemplars.Value`,
    arrayMap(id -> lower(hex(id)), tupleElement(tupleElement(point, 'exemplars'), 'span_id')) AS `Exemplars.SpanId`,
    arrayMap(id -> lower(hex(id)), tupleElement(tupleElement(point, 'exemplars'), 'trace_id')) AS `Exemplars.TraceId`,
    arrayMap(a -> assay_types(a), tupleElement(tupleElement(point, 'exemplars'), 'filtered_attributes')) AS `Exemplars.AttributeTypes`,
    tupleElement(tupleElement(point, 'exemplars'), 'time_unix_nano') AS `Exemplars.TimeUnixNano`,
    arrayMap(v -> CAST(toInt8(v), 'Enum8(\'none\' = 0, \'double\' = 3, \'int\' = 6)'), tupleElement(tupleElement(point, 'exemplars'), 'value')) AS `Exemplars.ValueType`,
    tupleElement(tupleElement(point, 'exemplars'), 'as_int') AS `Exemplars.ValueInt`,
    tupleElement(point, 'flags') AS Flags,
    ifNull(tupleElement(point, 'min'), 0) AS Min,
    ifNull(tupleElement(point, 'max'), 0) AS Max,
    aggregation_temporality AS AggregationTemporality,
    isNotNull(tupleElement(point, 'sum')) AS SumPresent,
    isNotNull(tupleElement(point, 'min')) AS MinPresent,
    isNotNull(tupleElement(point, 'max')) AS MaxPresent,
    tupleElement(point, 'start_time_unix_nano') AS StartTimeUnixNano,
    tupleElement(point, 'time_unix_nano') AS TimeUnixNano,
    assay_types(tupleElement(point, 'attributes')) AS AttributeTypes,
    metadata AS MetricMetadata,
    metadata_types AS MetricMetadataTypes,
    resource_types AS ResourceAttributeTypes,
    resource_dropped AS ResourceDroppedAttributesCount,
    scope_types AS ScopeAttributeTypes,
    overflow AS Overflow,
    batch AS Batch,
    fromUnixTimestamp64Micro(toInt64(intDiv(received_unix_nano, 1000))) AS ReceivedAt,
    assay_partition_date(tupleElement(point, 'time_unix_nano'), received_unix_nano) AS PartitionDate
FROM
(
    SELECT * EXCEPT (gauge, sum, histogram, exponential_histogram, summary), tupleElement(histogram, 'aggregation_temporality') AS aggregation_temporality, arrayJoin(tupleElement(histogram, 'data_points')) AS point
    FROM landing_metrics_flat
    WHERE notEmpty(tupleElement(histogram, 'data_points'))
)
