-- kind: question
-- why: the release that runs is the version that had requests last, and of several that had, the one that came last
-- reads: assay_service_metrics_hourly, assay_event_records
-- gives: a row per service and environment: that version, the nanosecond-time of the hour of its first request, and whether a quality gate failed the
--        last time that one judged it
SELECT runs.service AS service, runs.environment AS environment, runs.version AS version, runs.first_ns AS first_ns, judged.result = 'failed' AS has_failed
FROM
(
    SELECT service, environment, argMax(appeared.version, (last_hour, since_ns)) AS version, argMax(appeared.since_ns, (last_hour, since_ns)) AS first_ns
    FROM
    (
        SELECT ServiceName AS service, Environment AS environment, Version AS version, max(Hour) AS last_hour,
            toInt64(toUnixTimestamp(min(Hour))) * 1000000000 AS since_ns
        FROM assay_service_metrics_hourly
        WHERE Hour >= assay_time_from({start:Int64}, 3600) AND Hour < assay_time_until({end:Int64}, 3600)
            AND SpanKind IN ('Server', 'Consumer') AND Version != ''
            AND (empty({service:String}) OR ServiceName = {service:String})
            AND (empty({operation:String}) OR SpanName = {operation:String})
            AND (empty({environment:String}) OR assay_environment(Environment) = assay_environment({environment:String}))
        GROUP BY service, environment, version
    ) AS appeared
    GROUP BY service, environment
) AS runs
LEFT JOIN
(
    SELECT toString(Service) AS service, Attributes['service.version'] AS version, argMax(Attributes['qms.quality_gate.result'], Time) AS result
    FROM assay_event_records FINAL
    WHERE EventName = 'qms.quality_gate.evaluated' AND NOT Retracted AND Attributes['qms.criteria'] = ''
        AND (empty({service:String}) OR Service = {service:String})
    GROUP BY service, version
) AS judged ON judged.service = runs.service AND judged.version = runs.version
ORDER BY service, environment
