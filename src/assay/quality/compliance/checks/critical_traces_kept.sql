-- kind: check
-- why: the trace of a critical operation is kept, whatever the sampling
-- next: add a sampling policy that keeps traces with qms.operation, and let the service send all of them
-- reads: assay_event_records, assay_spans
-- gives: one row per audit record, quality gate or compliance check of the last seven days of the window that names a trace, with its id; finding is empty
--        where spans of that trace are stored. What is younger than five minutes is left out, as its spans may be on their way
WITH
    critical AS
    (
        SELECT Service, Environment, EventId, TraceId, Time FROM assay_event_records FINAL
        WHERE NOT Retracted AND EventName IN ('qms.audit.recorded', 'qms.quality_gate.evaluated', 'qms.compliance.checked') AND TraceId != ''
            AND Time >= greatest(fromUnixTimestamp64Nano({start:Int64}), fromUnixTimestamp64Nano({end:Int64}) - INTERVAL 7 DAY)
            AND Time < fromUnixTimestamp64Nano({end:Int64}) - INTERVAL 5 MINUTE
    ),
    stored AS
    (
        SELECT DISTINCT TraceId FROM assay_spans
        WHERE TraceId IN (SELECT TraceId FROM critical)
            AND Timestamp >= fromUnixTimestamp64Nano({end:Int64}) - INTERVAL 8 DAY AND Timestamp < fromUnixTimestamp64Nano({end:Int64})
    )
SELECT Service AS service, Environment AS environment, EventId AS subject, if(TraceId IN (SELECT TraceId FROM stored), '', concat('no span of trace ', TraceId, ' is stored')) AS finding
FROM critical
