-- kind: view
-- why: the engine turns OTLP requests into metrics and the policies into what may be stored of them; no Python per data point
-- reads: landing_metrics, the functions assay_policy_*
-- gives: landing_metrics_flat, one row per metric

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
            assay_attribute_list(tupleElement(tupleElement(ss, 'scope'), 'attributes'), 'scope.attributes.') AS scope,
            tupleElement(ss, 'metrics') AS metrics
        FROM (SELECT *, arrayJoin(scopes) AS ss FROM resources)
    )
SELECT
    batch, received_unix_nano, resource_attributes, resource_types, resource_dropped, resource_schema_url,
    scope_name, scope_version,
    assay_map(tupleElement(scope, 1), tupleElement(scope, 2)) AS scope_attributes,
    assay_sorted_types(tupleElement(scope, 1), tupleElement(scope, 3)) AS scope_types,
    scope_dropped, scope_schema_url,
    if(resource_attributes['service.name'] = '', 'unknown_service', resource_attributes['service.name']) AS service_name,
    assay_overflow([('entity_refs', entity_refs)]) AS overflow,
    tupleElement(metric, 'name') AS name,
    tupleElement(metric, 'description') AS description,
    tupleElement(metric, 'unit') AS unit,
    assay_map(tupleElement(metadata_list, 1), tupleElement(metadata_list, 2)) AS metadata,
    assay_sorted_types(tupleElement(metadata_list, 1), tupleElement(metadata_list, 3)) AS metadata_types,
    tupleElement(metric, 'gauge') AS gauge,
    tupleElement(metric, 'sum') AS sum,
    tupleElement(metric, 'histogram') AS histogram,
    tupleElement(metric, 'exponential_histogram') AS exponential_histogram,
    tupleElement(metric, 'summary') AS summary,
    mapConcat(resource_scrubbed, tupleElement(scope, 4), tupleElement(metadata_list, 4)) AS scrubbed,
    assay_policy_filter_metric(service_name, name, unit, resource_attributes, scope_name) AS filter
FROM (SELECT *, assay_attribute_list(tupleElement(metric, 'metadata'), 'metadata.') AS metadata_list FROM (SELECT * EXCEPT metrics, arrayJoin(metrics) AS metric FROM scopes))
