-- kind: rule
-- why: two instances that cannot be told apart overwrite each other's metrics, and a sick one hides among the healthy
-- reads: assay_examined_spans
-- gives: one row per service that the rule applies to: how many were checked, how many of them found wrong, and the worst offenders (subject, instead, times,
--         traces)
-- title: The resource tells which instance it is
-- topic: resource
-- weight: 1
-- looks_at: all spans
-- change: Set service.instance.id in OTEL_RESOURCE_ATTRIBUTES, a UUID made at the start or the name of the pod.
SELECT ServiceName AS service, count() AS checked, countIf(notEmpty(problems)) AS found, assay_offenders(problems, TraceId) AS offenders
FROM
(
    SELECT ServiceName, TraceId, assay_problem(firstNonDefault(ResourceAttributes['service.instance.id'], ResourceAttributes['k8s.pod.uid'],
        ResourceAttributes['k8s.pod.name'], ResourceAttributes['host.id'], ResourceAttributes['host.name']) = '', 'service.instance.id', 'set it') AS problems
    FROM assay_examined_spans(start = {start:Int64}, end = {end:Int64}, service = {service:String}, one_in = {one_in:UInt64})
)
GROUP BY service
ORDER BY service
