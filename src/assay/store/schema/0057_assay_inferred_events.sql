-- kind: view
-- why: what Assay concludes from counters and from versions, in the form of events
-- reads: assay_deploy_tasks, assay_event_increments, assay_event_points, assay_service_versions
-- gives: inferred events: name, id, time, service, environment and attributes. From spans those of assay_deploy_tasks. From counters as many as they grew by (at most 1000 at
--        once), at the time of the data point, the first of them failed if the counter of failures grew too; from histograms each with the
--        mean of what was added. From versions a deployment when a version is first seen, or again after a day on which the service was
--        seen without it; the first day of a service begins with no deployment, nor does
--        a service that counts its deployments itself

CREATE OR REPLACE VIEW assay_inferred_events AS
WITH
    deployments AS
    (
        SELECT
            Service, Environment, Time, argMax(Version, Happened) AS Version,
            toUInt64(least(1000, sumIf(Happened, Metric = 'qms_deployments_total'))) AS Number,
            toUInt64(sumIf(Happened, Metric = 'qms_failed_deployments_total')) AS Failed
        FROM assay_event_increments
        WHERE Metric IN ('qms_deployments_total', 'qms_failed_deployments_total')
        GROUP BY Service, Environment, Time
    ),
    days AS
    (
        SELECT Service, Environment, Day, row_number() OVER (PARTITION BY Service, Environment ORDER BY Day) AS Number
        FROM (SELECT DISTINCT Service, Environment, Day FROM assay_service_versions)
    ),
    counted AS
    (
        SELECT Service, Environment, toNullable(min(Time)) AS Since FROM assay_event_points WHERE Metric = 'qms_deployments_total' GROUP BY Service, Environment
    ),
    versions AS
    (
        SELECT
            Service, Environment, Version, First, Number,
            lagInFrame(toNullable(Number)) OVER (PARTITION BY Service, Environment, Version ORDER BY Number ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS Before
        FROM (SELECT Service, Environment, Version, Day, min(First) AS First FROM assay_service_versions GROUP BY Service, Environment, Version, Day) AS seen
        INNER JOIN days USING (Service, Environment, Day)
    )
-- One kind of text for all branches: the engine takes a LowCardinality(String) and a String of one name for two columns.
SELECT EventName, EventId, Time, toString(each.Service) AS Service, toString(each.Environment) AS Environment, Source, TraceId, SpanId, Told
FROM
(
    SELECT
        'qms.deployment.finished' AS EventName, concat('inferred/span/', TraceId, '/', SpanId) AS EventId,
        End AS Time, Service, Environment, 'span' AS Source, TraceId, SpanId,
        mapConcat(map('deployment.id', substring(EventId, 10), 'qms.deployment.started_at', concat(replaceOne(toString(Start), ' ', 'T'), 'Z')),
            CAST(Attributes, 'Map(String, String)'), map('deployment.status', Status)) AS Told
    FROM assay_deploy_tasks
    WHERE Status != ''
    UNION ALL
    SELECT
        'qms.deployment.finished' AS EventName,
        concat('inferred/metric/deployment/', Service, '/', Environment, '/', toString(toUnixTimestamp64Nano(Time)), '/', toString(n)) AS EventId,
        Time, Service, Environment, 'metric' AS Source, '' AS TraceId, '' AS SpanId,
        map('deployment.id', substring(EventId, 10), 'deployment.status', if(n < Failed, 'failed', 'succeeded'), 'service.version', Version) AS Told
    FROM deployments ARRAY JOIN range(Number) AS n
    UNION ALL
    SELECT
        if(Metric = 'qms_mttr_seconds', 'qms.incident.resolved', 'qms.incident.opened') AS EventName,
        concat('inferred/metric/', if(Metric = 'qms_mttr_seconds', 'resolved/', 'opened/'), Service, '/', Environment, '/', toString(toUnixTimestamp64Nano(Time)), '/', toString(Series), '/', toString(n)) AS EventId,
        Time, Service, Environment, 'metric' AS Source, '' AS TraceId, '' AS SpanId,
        map('qms.incident.id', substring(EventId, 10), 'qms.incident.severity', Severity,
            'qms.incident.duration_seconds', if(Metric = 'qms_mttr_seconds', toString(Took / Happened), '')) AS Told
    FROM assay_event_increments ARRAY JOIN range(toUInt64(least(1000, Happened))) AS n
    WHERE Metric IN ('qms_incidents_total', 'qms_mttr_seconds')
    UNION ALL
    SELECT
        'qms.change.committed' AS EventName,
        concat('inferred/metric/change/', Service, '/', Environment, '/', toString(toUnixTimestamp64Nano(Time)), '/', toString(Series), '/', toString(n)) AS EventId,
        subtractNanoseconds(Time, toInt64(1e9 * Took / Happened)) AS Time, Service, Environment, 'metric' AS Source, '' AS TraceId, '' AS SpanId,
        map('qms.change.lead_time_seconds', toString(Took / Happened), 'qms.change.category', Category) AS Told
    FROM assay_event_increments ARRAY JOIN range(toUInt64(least(1000, Happened))) AS n
    WHERE Metric = 'qms_lead_time_changes_seconds'
    UNION ALL
    SELECT
        'qms.deployment.finished' AS EventName,
        concat('inferred/version/', Service, '/', Environment, '/', Version, '/', toString(toUnixTimestamp64Nano(First))) AS EventId,
        First AS Time, Service, Environment, 'service.version' AS Source, '' AS TraceId, '' AS SpanId,
        map('deployment.id', substring(EventId, 10), 'deployment.status', 'succeeded', 'service.version', Version) AS Told
    FROM versions LEFT JOIN counted USING (Service, Environment)
    WHERE (isNull(Since) OR First < Since - INTERVAL 1 DAY) AND Number > 1 AND (isNull(Before) OR Number - Before > 1)
) AS each
