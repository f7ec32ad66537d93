-- kind: question
-- why: how all services go at a glance
-- reads: assay_service_metrics_in_steps
-- gives: one row per service and step in which a request to it began, server and consumer spans; one row per step of any span for
--        a service to which there was no request in the time range
WITH counted AS
(
    SELECT
        ServiceName AS service, SpanKind IN ('Server', 'Consumer') AS asked,
        intDiv(toInt64(toUnixTimestamp(Time)) * 1000000000, {step:Int64}) * {step:Int64} AS step_ns,
        sum(Count) AS spans, sumIf(Count, StatusCode = 'Error') AS errors,
        sumMap(Durations) AS sketch, least(toFloat64(max(Slowest).Duration), assay_sketch_quantile(sketch, 0.95)) AS p95_ns
    FROM assay_service_metrics_in_steps(start = {start:Int64}, end = {end:Int64}, step = {step:Int64})
    GROUP BY service, asked, step_ns
)
SELECT service, step_ns, spans, errors, p95_ns
FROM counted
WHERE asked OR service NOT IN (SELECT service FROM counted WHERE asked)
ORDER BY service, step_ns
LIMIT {limit:UInt32}
