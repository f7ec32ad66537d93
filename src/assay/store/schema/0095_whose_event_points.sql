-- kind: views
-- why: events are concluded from the counters of services that report none, not from Assay's own, which are made from events, nor from those of
--      assay-sdk, where the report itself came too
-- reads: otel_metrics_sum, otel_metrics_histogram, assay_event_points, assay_event_days
-- gives: assay_event_points and assay_event_increments as before, without points of the scope assay.delivery, and without what the scope assay_sdk counts
--        of a service of which such an event was reported at any time: a report may be dated back by more than the days within which it wins. A service that
--        uses the SDK with its logs turned off sends no reports, and is measured by its counters

ALTER TABLE assay_event_points ADD COLUMN IF NOT EXISTS FromSdk SimpleAggregateFunction(max, UInt8);

DROP VIEW IF EXISTS assay_event_points_sum_mv;

CREATE MATERIALIZED VIEW assay_event_points_sum_mv TO assay_event_points AS
SELECT
    MetricName AS Metric,
    firstNonDefault(Attributes['service'], Attributes['service.name'], ServiceName) AS Service,
    assay_environment(firstNonDefault(Attributes['environment'], Attributes['deployment.environment.name'], ResourceAttributes['deployment.environment.name'],
        ResourceAttributes['deployment.environment'])) AS Environment,
    firstNonDefault(Attributes['version'], Attributes['service.version']) AS Version,
    Attributes['severity'] AS Severity, '' AS Category,
    cityHash64(ResourceAttributes, ScopeName, Attributes) AS Series,
    fromUnixTimestamp64Nano(toInt64(StartTimeUnixNano)) AS Start, toUInt64(greatest(round(p.Value), 0)) AS Value,
    if(AggregationTemporality = 1, Time, toDateTime64(0, 9)) AS Moment, fromUnixTimestamp64Nano(toInt64(TimeUnixNano)) AS Time, 0. AS Seconds, PartitionDate,
    toUInt8(ScopeName = 'assay_sdk') AS FromSdk
FROM otel_metrics_sum AS p
WHERE MetricName IN ('qms_deployments_total', 'qms_failed_deployments_total', 'qms_incidents_total') AND NOT (AggregationTemporality = 1 AND p.Value = 0)
    AND ScopeName != 'assay.delivery';

DROP VIEW IF EXISTS assay_event_points_histogram_mv;

CREATE MATERIALIZED VIEW assay_event_points_histogram_mv TO assay_event_points AS
SELECT
    MetricName AS Metric,
    firstNonDefault(Attributes['service'], Attributes['service.name'], ServiceName) AS Service,
    assay_environment(firstNonDefault(Attributes['environment'], Attributes['deployment.environment.name'], ResourceAttributes['deployment.environment.name'],
        ResourceAttributes['deployment.environment'])) AS Environment,
    '' AS Version, Attributes['severity'] AS Severity, firstNonDefault(Attributes['qms.change.category'], Attributes['change_type']) AS Category,
    cityHash64(ResourceAttributes, ScopeName, Attributes) AS Series,
    fromUnixTimestamp64Nano(toInt64(StartTimeUnixNano)) AS Start, toUInt64(Count) AS Value,
    if(AggregationTemporality = 1, Time, toDateTime64(0, 9)) AS Moment, fromUnixTimestamp64Nano(toInt64(TimeUnixNano)) AS Time, Sum AS Seconds, PartitionDate,
    toUInt8(ScopeName = 'assay_sdk') AS FromSdk
FROM otel_metrics_histogram
WHERE MetricName IN ('qms_lead_time_changes_seconds', 'qms_mttr_seconds') AND NOT (AggregationTemporality = 1 AND Count = 0) AND ScopeName != 'assay.delivery';

CREATE OR REPLACE VIEW assay_event_increments AS
WITH points AS
(
    SELECT
        Metric, Service, Environment, Version, Severity, Category, Series, Time, Start, toUnixTimestamp64Nano(Moment) != 0 AS IsDelta,
        toInt64(Value) AS Reached, Seconds, FromSdk,
        lagInFrame(toNullable(Reached)) OVER series AS ReachedBefore,
        lagInFrame(Seconds) OVER series AS SecondsBefore
    FROM assay_event_points FINAL
    WINDOW series AS (PARTITION BY Metric, Series ORDER BY Time, Start, Reached ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
)
SELECT
    Metric, Service, Environment, Version, Severity, Category, Series, Time,
    multiIf(IsDelta, Reached,
        isNull(ReachedBefore), if(toUnixTimestamp64Nano(Start) > 0 AND Time <= Start + INTERVAL 1 DAY, Reached, 0),
        Reached < ReachedBefore, Reached,
        Reached - assumeNotNull(ReachedBefore)) AS Happened,
    multiIf(IsDelta OR isNull(ReachedBefore) OR Reached < ReachedBefore, Seconds, Seconds - SecondsBefore) AS Took
FROM points
WHERE Happened > 0 AND NOT (FromSdk = 1 AND (Service, transform(toString(Metric),
    ['qms_deployments_total', 'qms_failed_deployments_total', 'qms_incidents_total', 'qms_mttr_seconds', 'qms_lead_time_changes_seconds'],
    ['qms.deployment.finished', 'qms.deployment.finished', 'qms.incident.opened', 'qms.incident.resolved', 'qms.change.committed'], ''))
    IN (SELECT Service, EventName FROM assay_event_days))
