-- kind: view
-- why: the engine turns summaries into data points
-- reads: landing_metrics_flat, the functions assay_policy_*
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
    assay_map(tupleElement(assay_policy_point(tupleElement(parts, 1), tupleElement(parts, 2), tupleElement(parts, 3)), 1), tupleElement(assay_policy_point(tupleElement(parts, 1), tupleElement(parts, 2), tupleElement(parts, 3)), 2)) AS Attributes,
    toDateTime(intDiv(tupleElement(point, 'start_time_unix_nano'), 1000000000)) AS StartTimeUnix,
    toDateTime(intDiv(tupleElement(point, 'time_unix_nano'), 1000000000)) AS TimeUnix,
    tupleElement(point, 'count') AS Count,
    tupleElement(point, 'sum') AS Sum,
    tupleElement(tupleElement(point, 'quantile_values'), 'quantile') AS `ValueAtQuantiles.Quantile`,
    tupleElement(tupleElement(point, 'quantile_values'), 'value') AS `ValueAtQuantiles.Value`,
    tupleElement(point, 'flags') AS Flags,
    tupleElement(point, 'start_time_unix_nano') AS StartTimeUnixNano,
    tupleElement(point, 'time_unix_nano') AS TimeUnixNano,
    assay_sorted_types(tupleElement(assay_policy_point(tupleElement(parts, 1), tupleElement(parts, 2), tupleElement(parts, 3)), 1), tupleElement(assay_policy_point(tupleElement(parts, 1), tupleElement(parts, 2), tupleElement(parts, 3)), 3)) AS AttributeTypes,
    metadata AS MetricMetadata,
    metadata_types AS MetricMetadataTypes,
    resource_types AS ResourceAttributeTypes,
    resource_dropped AS ResourceDroppedAttributesCount,
    scope_types AS ScopeAttributeTypes,
    overflow AS Overflow,
    batch AS Batch,
    fromUnixTimestamp64Micro(toInt64(intDiv(received_unix_nano, 1000))) AS ReceivedAt,
    assay_partition_date(tupleElement(point, 'time_unix_nano'), received_unix_nano) AS PartitionDate,
    mapConcat(scrubbed, tupleElement(parts, 7)) AS Scrubbed
FROM
(
    SELECT * EXCEPT (keys, texts, types), assay_point(keys, texts, types, arrayResize([keys], 0), arrayResize([texts], 0), arrayResize([types], 0)) AS parts
    FROM
    (
        SELECT
            *,
            tupleElement(tupleElement(point, 'attributes'), 'key') AS keys,
            assay_texts(tupleElement(point, 'attributes')) AS texts,
            tupleElement(tupleElement(tupleElement(point, 'attributes'), 'value'), 'type') AS types
        FROM
        (
            SELECT * EXCEPT (gauge, sum, histogram, exponential_histogram, summary), arrayJoin(tupleElement(summary, 'data_points')) AS point
            FROM landing_metrics_flat
            WHERE empty(filter) > empty(tupleElement(summary, 'data_points'))
        )
    )
)
