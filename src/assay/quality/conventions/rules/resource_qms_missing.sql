-- kind: rule
-- why: the guidelines ask for qms.phase and qms.component of every service
-- reads: assay_examined_spans
-- gives: one row per service that the rule applies to: how many were checked, how many of them found wrong, and the worst offenders (subject, instead, times,
--         traces)
-- title: The resource tells phase and component of the quality management system
-- topic: resource
-- weight: 1
-- looks_at: all spans
-- change: Set qms.phase and qms.component in OTEL_RESOURCE_ATTRIBUTES; assay-sdk sets them.
SELECT ServiceName AS service, count() AS checked, countIf(notEmpty(problems)) AS found, assay_offenders(problems, TraceId) AS offenders
FROM
(
    SELECT ServiceName, TraceId, arrayConcat(
            assay_problem(ResourceAttributes['qms.phase'] = '', 'qms.phase', 'set it, such as phase_4'),
            assay_problem(ResourceAttributes['qms.component'] = '', 'qms.component', 'set it to the part of the system')) AS problems
    FROM assay_examined_spans(start = {start:Int64}, end = {end:Int64}, service = {service:String}, one_in = {one_in:UInt64})
)
GROUP BY service
ORDER BY service
