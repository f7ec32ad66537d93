-- kind: view
-- why: the engine turns OTLP requests into metrics and the policies into what may be stored of them; no Python per data point
-- reads: landing_metrics, the functions assay_policy_*
-- gives: landing_metrics_flat, one row per metric, with the attributes of its points of all kinds in one list: a metric has points of one kind,
--        so what is costly to plan is planned once and not once per kind

CREATE MATERIALIZED VIEW IF NOT EXISTS decode_metrics TO landing_metrics_flat AS
WITH
    resources AS
    (
        SELECT
            batch, received_unix_nano, tupleElement(rs, 'schema_url') AS resource_schema_url,
            tupleElement(tupleElement(rs, 'resource'), 'dropped_attributes_count') AS resource_dropped,
            if(empty(tupleElement(tupleElement(rs, 'resource'), 'entity_refs')), '', toJSONString(tupleElement(tupleElement(rs, 'resource'), 'entity_refs'))) AS entity_refs,
            assay_resource(tupleElement(tupleElement(rs, 'resource'), 'attributes')) AS resource,
            tupleElement(rs, 'scope_metrics') AS scopes
        FROM (SELECT batch, received_unix_nano, arrayJoin(resource_metrics) AS rs FROM landing_metrics)
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
            tupleElement(ss, 'metrics') AS metrics
        FROM (SELECT *, arrayJoin(scopes) AS ss FROM resources)
    ),
    listed AS
    (
        SELECT
            * EXCEPT (metrics),
            arrayConcat(tupleElement(tupleElement(tupleElement(metric, 'gauge'), 'data_points'), 'attributes'), tupleElement(tupleElement(tupleElement(metric, 'sum'), 'data_points'), 'attributes'), tupleElement(tupleElement(tupleElement(metric, 'histogram'), 'data_points'), 'attributes'), tupleElement(tupleElement(tupleElement(metric, 'exponential_histogram'), 'data_points'), 'attributes'), tupleElement(tupleElement(tupleElement(metric, 'summary'), 'data_points'), 'attributes')) AS of_points,
            arrayConcat(tupleElement(tupleElement(tupleElement(tupleElement(metric, 'gauge'), 'data_points'), 'exemplars'), 'filtered_attributes'), tupleElement(tupleElement(tupleElement(tupleElement(metric, 'sum'), 'data_points'), 'exemplars'), 'filtered_attributes'), tupleElement(tupleElement(tupleElement(tupleElement(metric, 'histogram'), 'data_points'), 'exemplars'), 'filtered_attributes'), tupleElement(tupleElement(tupleElement(tupleElement(metric, 'exponential_histogram'), 'data_points'), 'exemplars'), 'filtered_attributes')) AS of_exemplars
        FROM (SELECT *, arrayJoin(metrics) AS metric FROM scopes)
    ),
    read AS
    (
        SELECT
            * EXCEPT (of_points, of_exemplars),
            arrayMap(a -> tupleElement(a, 'key'), of_points) AS keys,
            arrayMap(a -> assay_texts(a), of_points) AS texts,
            arrayMap(a -> tupleElement(tupleElement(a, 'value'), 'type'), of_points) AS types,
            arrayMap(e -> arrayMap(a -> tupleElement(a, 'key'), e), of_exemplars) AS exemplar_keys,
            arrayMap(e -> arrayMap(a -> assay_texts(a), e), of_exemplars) AS exemplar_texts,
            arrayMap(e -> arrayMap(a -> tupleElement(tupleElement(a, 'value'), 'type'), e), of_exemplars) AS exemplar_types,
            tupleElement(tupleElement(metric, 'metadata'), 'key') AS metadata_keys,
            assay_texts(tupleElement(metric, 'metadata')) AS metadata_texts,
            tupleElement(tupleElement(tupleElement(metric, 'metadata'), 'value'), 'type') AS metadata_value_types
        FROM listed
    ),
    screened AS
    (
        SELECT
            *,
            arrayConcat(scope_keys, metadata_keys, arrayFlatten(keys), arrayFlatten(exemplar_keys)) AS all_keys,
            arrayConcat(scope_texts, metadata_texts, arrayFlatten(texts), arrayFlatten(exemplar_texts)) AS all_texts,
            assay_policy_suspect(arrayStringConcat(all_keys, '\n'), arrayStringConcat(all_texts, '\n')) AS suspect
        FROM read
    ),
    scrubbed AS
    (
        SELECT
            * EXCEPT (scope_keys, scope_texts, scope_value_types, metadata_keys, metadata_texts, metadata_value_types, keys, texts, types, exemplar_keys, exemplar_texts, exemplar_types, all_keys, all_texts, suspect),
            if(suspect,
                arrayMap(clean -> assay_placed_metric(clean, scope_keys, scope_texts, scope_value_types, metadata_keys, metadata_texts, metadata_value_types, keys, texts, types, exemplar_keys, exemplar_texts, exemplar_types),
                    [arrayMap((key, text) -> assay_policy_clean(key, text), all_keys, all_texts)])[1],
                (scope_keys, scope_texts, scope_value_types, metadata_keys, metadata_texts, metadata_value_types, keys, texts, types, exemplar_keys, exemplar_texts, exemplar_types,
                    CAST(map(), 'Map(LowCardinality(String), LowCardinality(String))'), CAST(arrayMap(k -> map(), keys), 'Array(Map(LowCardinality(String), LowCardinality(String)))'))) AS parts
        FROM screened
    )
SELECT
    batch, received_unix_nano, resource_attributes, resource_types, resource_dropped, resource_schema_url,
    scope_name, scope_version,
    assay_map(tupleElement(parts, 1), tupleElement(parts, 2)) AS scope_attributes,
    assay_sorted_types(tupleElement(parts, 1), tupleElement(parts, 3)) AS scope_types,
    scope_dropped, scope_schema_url,
    if(resource_attributes['service.name'] = '', 'unknown_service', resource_attributes['service.name']) AS service_name,
    assay_overflow([('entity_refs', entity_refs)]) AS overflow,
    tupleElement(metric, 'name') AS name,
    tupleElement(metric, 'description') AS description,
    tupleElement(metric, 'unit') AS unit,
    assay_map(tupleElement(parts, 4), tupleElement(parts, 5)) AS metadata,
    assay_sorted_types(tupleElement(parts, 4), tupleElement(parts, 6)) AS metadata_types,
    tupleElement(metric, 'gauge') AS gauge,
    tupleElement(metric, 'sum') AS sum,
    tupleElement(metric, 'histogram') AS histogram,
    tupleElement(metric, 'exponential_histogram') AS exponential_histogram,
    tupleElement(metric, 'summary') AS summary,
    tupleElement(parts, 7) AS keys,
    tupleElement(parts, 8) AS texts,
    tupleElement(parts, 9) AS types,
    tupleElement(parts, 10) AS exemplar_keys,
    tupleElement(parts, 11) AS exemplar_texts,
    tupleElement(parts, 12) AS exemplar_types,
    arrayMap(of_point -> mapConcat(resource_scrubbed, tupleElement(parts, 13), of_point), tupleElement(parts, 14)) AS scrubbed,
    assay_policy_filter_metric(service_name, name, unit, resource_attributes, scope_name) AS filter
FROM scrubbed
