-- kind: check
-- why: there is a quality gate for what serves in production
-- next: write a gate, and let the service's pipeline ask it: `assay gate check NAME --service …`
-- reads: assay_service_metrics_hourly, assay_event_records
-- gives: one row per service that served requests in production; finding is empty where a quality gate was evaluated for it in the window
WITH evaluated AS
(
    SELECT DISTINCT toString(Service) FROM assay_event_records FINAL
    WHERE NOT Retracted AND EventName = 'qms.quality_gate.evaluated' AND Time >= fromUnixTimestamp64Nano({start:Int64}) AND Time < fromUnixTimestamp64Nano({end:Int64})
)
SELECT toString(ServiceName) AS service, 'production' AS environment, '' AS subject, if(service IN (SELECT * FROM evaluated), '', 'no quality gate was evaluated') AS finding
FROM assay_service_metrics_hourly
WHERE SpanKind IN ('Server', 'Consumer') AND assay_environment(Environment) = 'production'
    AND Hour >= assay_time_from({start:Int64}, 3600) AND Hour < assay_time_until({end:Int64}, 3600)
GROUP BY ServiceName
