-- kind: view
-- why: the engine turns OTLP requests into metrics; no Python per data point
-- reads: landing_metrics
-- gives: landing_metrics_flat, one row per metric

CREATE MATERIALIZED VIEW IF NOT EXISTS decode_metrics TO landing_metrics_flat AS
WITH
    resources AS
    (
        SELECT
            batch, received_unix_nano, rs.schema_url AS resource_schema_url,
            rs.resource.dropped_attributes_count AS resource_dropped,
            if(empty(rs.resource.entity_refs), '', toJSONString(rs.resource.entity_refs)) AS entity_refs,
            assay_attributes(rs.resource.attributes) AS resource_attributes,
            assay_types(rs.resource.attributes) AS resource_types,
            rs.scope_metrics AS scopes
        FROM (SELECT batch, received_unix_nano, arrayJoin(resource_metrics) AS rs FROM landing_metrics)
    ),
    scopes AS
    (
        SELECT
            * EXCEPT (scopes, ss),
            ss.scope.name AS scope_name, ss.scope.version AS scope_version, ss.schema_url AS scope_schema_url,
            ss.scope.dropped_attributes_count AS scope_dropped,
            assay_attributes(ss.scope.attributes) AS scope_attributes,
            assay_types(ss.scope.attributes) AS scope_types,
            ss.metrics AS metrics
        FROM (SELECT *, arrayJoin(scopes) AS ss FROM resources)
    )
SELECT
    batch, received_unix_nano, resource_attributes, resource_types, resource_dropped, resource_schema_url,
    scope_name, scope_version, scope_attributes, scope_types, scope_dropped, scope_schema_url,
    if(resource_attributes['service.name'] = '', 'unknown_service', resource_attributes['service.name']) AS service_name,
    assay_overflow([('entity_refs', entity_refs)]) AS overflow,
    metric.name AS name,
    metric.description AS description,
    metric.unit AS unit,
    assay_attributes(metric.metadata) AS metadata,
    assay_types(metric.metadata) AS metadata_types,
    metric.gauge AS gauge,
    metric.sum AS sum,
    metric.histogram AS histogram,
    metric.exponential_histogram AS exponential_histogram,
    metric.summary AS summary
FROM (SELECT * EXCEPT metrics, arrayJoin(metrics) AS metric FROM scopes)
