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
    assay_map(tupleElement(assay_policy_point(point_keys, point_texts, point_types), 1), tupleElement(assay_policy_point(point_keys, point_texts, point_types), 2)) AS Attributes,
    toDateTime(intDiv(tupleElement(point, 'start_time_unix_nano'), 1000000000)) AS StartTimeUnix,
    toDateTime(intDiv(tupleElement(point, 'time_unix_nano'), 1000000000)) AS TimeUnix,
    tupleElement(point, 'count') AS Count,
    tupleElement(point, 'sum') AS Sum,
    tupleElement(tupleElement(point, 'quantile_values'), 'quantile') AS `ValueAtQuantiles.Quantile`,
    tupleElement(tupleElement(point, 'quantile_values'), 'value') AS `ValueAtQuantiles.Value`,
    tupleElement(point, 'flags') AS Flags,
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
        tupleElement(joined, 5) AS point_scrubbed
    FROM
    (
        SELECT
            * EXCEPT (gauge, sum, histogram, exponential_histogram, summary, keys, texts, types, exemplar_keys, exemplar_texts, exemplar_types, scrubbed),
            arrayJoin(arrayZip(tupleElement(summary, 'data_points'), arraySlice(keys, length(tupleElement(gauge, 'data_points')) + length(tupleElement(sum, 'data_points')) + length(tupleElement(histogram, 'data_points')) + length(tupleElement(exponential_histogram, 'data_points')) + 1, length(tupleElement(summary, 'data_points'))), arraySlice(texts, length(tupleElement(gauge, 'data_points')) + length(tupleElement(sum, 'data_points')) + length(tupleElement(histogram, 'data_points')) + length(tupleElement(exponential_histogram, 'data_points')) + 1, length(tupleElement(summary, 'data_points'))), arraySlice(types, length(tupleElement(gauge, 'data_points')) + length(tupleElement(sum, 'data_points')) + length(tupleElement(histogram, 'data_points')) + length(tupleElement(exponential_histogram, 'data_points')) + 1, length(tupleElement(summary, 'data_points'))), arraySlice(scrubbed, length(tupleElement(gauge, 'data_points')) + length(tupleElement(sum, 'data_points')) + length(tupleElement(histogram, 'data_points')) + length(tupleElement(exponential_histogram, 'data_points')) + 1, length(tupleElement(summary, 'data_points'))))) AS joined
        FROM landing_metrics_flat
        WHERE empty(filter) > empty(tupleElement(summary, 'data_points'))
    )
)
