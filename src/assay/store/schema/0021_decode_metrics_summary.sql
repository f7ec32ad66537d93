-- kind: view
-- why: the engine turns summaries into data points
-- reads: landing_metrics_flat
-- gives: otel_metrics_summary, one row per data point

CREATE MATERIALIZED VIEW IF NOT EXISTS decode_metrics_summary TO otel_metrics_summary AS
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
    tupleElement(point, 'sum') AS Sum,
    tupleElement(tupleElement(point, 'quantile_values'), 'quantile') AS `ValueAtQuantiles.Quantile`,
    tupleElement(tupleElement(point, 'quantile_values'), 'value') AS `ValueAtQuantiles.Value`,
    tupleElement(point, 'flags') AS Flags,
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
    SELECT * EXCEPT (gauge, sum, histogram, exponential_histogram, summary), arrayJoin(tupleElement(summary, 'data_points')) AS point
    FROM landing_metrics_flat
    WHERE notEmpty(tupleElement(summary, 'data_points'))
)
