-- kind: view
-- why: the engine turns OTLP requests into metrics; no Python per data point
-- reads: landing_metrics
-- gives: landing_metrics_flat, one row per metric

CREATE MATERIALIZED VIEW IF NOT EXISTS decode_metrics TO landing_metrics_flat AS
WITH
    resources AS
    (
        SELECT
            batch, received_unix_nano, tupleElement(rs, 'schema_url') AS resource_schema_url,
            tupleElement(tupleElement(rs, 'resource'), 'dropped_attributes_count') AS resource_dropped,
            if(empty(tupleElement(tupleElement(rs, 'resource'), 'entity_refs')), '', toJSONString(tupleElement(tupleElement(rs, 'resource'), 'entity_refs'))) AS entity_refs,
            assay_attributes(tupleElement(tupleElement(rs, 'resource'), 'attributes')) AS resource_attributes,
            assay_types(tupleElement(tupleElement(rs, 'resource'), 'attributes')) AS resource_types,
            tupleElement(rs, 'scope_metrics') AS scopes
        FROM (SELECT batch, received_unix_nano, arrayJoin(resource_metrics) AS rs FROM landing_metrics)
    ),
    scopes AS
    (
        SELECT
            * EXCEPT (scopes, ss),
            tupleElement(tupleElement(ss, 'scope'), 'name') AS scope_name, tupleElement(tupleElement(ss, 'scope'), 'version') AS scope_version, tupleElement(ss, 'schema_url') AS scope_schema_url,
            tupleElement(tupleElement(ss, 'scope'), 'dropped_attributes_count') AS scope_dropped,
            assay_attributes(tupleElement(tupleElement(ss, 'scope'), 'attributes')) AS scope_attributes,
            assay_types(tupleElement(tupleElement(ss, 'scope'), 'attributes')) AS scope_types,
            tupleElement(ss, 'metrics') AS metrics
        FROM (SELECT *, arrayJoin(scopes) AS ss FROM resources)
    )
SELECT
    batch, received_unix_nano, resource_attributes, resource_types, resource_dropped, resource_schema_url,
    scope_name, scope_version, scope_attributes, scope_types, scope_dropped, scope_schema_url,
    if(resource_attributes['service.name'] = '', 'unknown_service', resource_attributes['service.name']) AS service_name,
    assay_overflow([('entity_refs', entity_refs)]) AS overflow,
    tupleElement(metric, 'name') AS name,
    tupleElement(metric, 'description') AS description,
    tupleElement(metric, 'unit') AS unit,
    assay_attributes(tupleElement(metric, 'metadata')) AS metadata,
    assay_types(tupleElement(metric, 'metadata')) AS metadata_types,
    tupleElement(metric, 'gauge') AS gauge,
    tupleElement(metric, 'sum') AS sum,
    tupleElement(metric, 'histogram') AS histogram,
    tupleElement(metric, 'exponential_histogram') AS exponential_histogram,
    tupleElement(metric, 'summary') AS summary
FROM (SELECT * EXCEPT metrics, arrayJoin(metrics) AS metric FROM scopes)
