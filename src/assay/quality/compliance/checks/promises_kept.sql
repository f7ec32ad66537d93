-- kind: check
-- why: what was promised is kept: at most 5 % of the spans with qms.performance.sla.target_ms take longer than it says
-- next: look for what is slow in the operation's traces, or promise what can be kept
-- reads: assay_spans
-- gives: one row per service and operation that promised something; finding is empty where nothing is wrong. A span counts for as many as sampling left out
SELECT
    ServiceName AS service, '' AS environment, SpanName AS subject,
    if(sumIf(AdjustedCount, late) > 0.05 * sum(AdjustedCount), concat(toString(round(100 * sumIf(AdjustedCount, late) / sum(AdjustedCount), 1)), ' % take longer than promised'), '') AS finding
FROM
(
    SELECT ServiceName, SpanName, AdjustedCount, Duration > 1000000 * toFloat64OrZero(SpanAttributes['qms.performance.sla.target_ms']) AS late
    FROM assay_spans
    WHERE toFloat64OrZero(SpanAttributes['qms.performance.sla.target_ms']) > 0
        AND Timestamp >= fromUnixTimestamp64Nano({start:Int64}) AND Timestamp < fromUnixTimestamp64Nano({end:Int64})
)
GROUP BY ServiceName, SpanName
