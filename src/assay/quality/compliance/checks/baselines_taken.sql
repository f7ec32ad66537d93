-- kind: check
-- why: how a service does can be compared with how it did while it was well
-- next: take one while the service is well: `assay baseline take NAME`
-- reads: assay_service_metrics_hourly, assay_event_records
-- gives: one row per service that served 30 requests in production; finding is empty where a baseline of it was taken before the end of the window and holds still
WITH
    ended AS
    (
        SELECT Attributes['qms.baseline.id'] FROM assay_event_records FINAL
        WHERE NOT Retracted AND EventName = 'qms.baseline.expired' AND Time < fromUnixTimestamp64Nano({end:Int64})
    ),
    holding AS
    (
        SELECT DISTINCT toString(Service) FROM assay_event_records FINAL
        WHERE NOT Retracted AND EventName = 'qms.baseline.taken' AND Time < fromUnixTimestamp64Nano({end:Int64})
            AND parseDateTime64BestEffortOrZero(Attributes['qms.baseline.expires_at'], 9, 'UTC') >= fromUnixTimestamp64Nano({end:Int64})
            AND Attributes['qms.baseline.id'] NOT IN (SELECT * FROM ended)
    )
SELECT toString(ServiceName) AS service, 'production' AS environment, '' AS subject, if(service IN (SELECT * FROM holding), '', 'no baseline holds') AS finding
FROM assay_service_metrics_hourly
WHERE SpanKind IN ('Server', 'Consumer') AND assay_environment(Environment) = 'production'
    AND Hour >= assay_time_from({start:Int64}, 3600) AND Hour < assay_time_until({end:Int64}, 3600)
GROUP BY ServiceName
HAVING sum(Count) >= 30
