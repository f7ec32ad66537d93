-- kind: check
-- why: a service does not fall silent without anybody noticing
-- next: see whether the service runs and reaches Assay; if it was taken out of service, waive it
-- reads: assay_service_metrics_hourly
-- gives: one row per service and environment that sent spans; finding is empty where some began in the last day of the window
SELECT
    ServiceName AS service, Environment AS environment, '' AS subject,
    if(max(LastSeen) < fromUnixTimestamp64Nano({end:Int64}) - INTERVAL 1 DAY, concat('silent since ', formatDateTime(max(LastSeen), '%Y-%m-%d %H:%i UTC', 'UTC')), '') AS finding
FROM assay_service_metrics_hourly
WHERE Hour >= assay_time_from({start:Int64}, 3600) AND Hour < assay_time_until({end:Int64}, 3600)
GROUP BY ServiceName, Environment
