-- kind: check
-- why: what a service does can be followed: none sends only logs or metrics
-- next: switch on tracing in the service's OpenTelemetry SDK or agent
-- reads: assay_service_metrics_hourly, otel_logs, otel_metrics_*
-- gives: one row per service that sent anything; finding is empty where nothing is wrong
SELECT service, '' AS environment, '' AS subject, if(max(traced) = 0, concat('sends ', arrayStringConcat(arraySort(groupUniqArray(sends)), ' and '), ', but no traces'), '') AS finding
FROM
(
    SELECT toString(ServiceName) AS service, 'traces' AS sends, 1 AS traced
    FROM assay_service_metrics_hourly
    WHERE Hour >= assay_time_from({start:Int64}, 3600) AND Hour < assay_time_until({end:Int64}, 3600)
    GROUP BY ServiceName
    UNION ALL
    SELECT toString(ServiceName), 'logs', 0
    FROM otel_logs
    WHERE EventName = '' AND Timestamp >= fromUnixTimestamp64Nano({start:Int64}) AND Timestamp < fromUnixTimestamp64Nano({end:Int64})
    GROUP BY ServiceName
    UNION ALL
    SELECT toString(ServiceName), 'metrics', 0
    FROM merge('^otel_metrics_(gauge|sum|histogram|exp_histogram|summary)$')
    WHERE TimeUnix >= toDateTime(intDiv({start:Int64}, 1000000000)) AND TimeUnixNano >= {start:Int64} AND TimeUnixNano < {end:Int64}
    GROUP BY ServiceName
)
WHERE service NOT IN ('', 'assay')
GROUP BY service
