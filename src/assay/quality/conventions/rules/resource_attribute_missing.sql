-- kind: rule
-- why: without them a release cannot be compared with the one before, nor production with a test
-- reads: assay_examined_spans
-- gives: one row per service that the rule applies to: how many were checked, how many of them found wrong, and the worst offenders (subject, instead, times,
--         traces)
-- title: The resource tells version and environment
-- topic: resource
-- weight: 3
-- looks_at: all spans
-- change: Set service.version and deployment.environment.name in OTEL_RESOURCE_ATTRIBUTES, or enrich them in Assay's policies.
SELECT ServiceName AS service, count() AS checked, countIf(notEmpty(problems)) AS found, assay_offenders(problems, TraceId) AS offenders
FROM
(
    SELECT ServiceName, TraceId, arrayConcat(
            assay_problem(ResourceAttributes['service.version'] = '', 'service.version', 'set it to the version that is deployed'),
            assay_problem(firstNonDefault(ResourceAttributes['deployment.environment.name'], ResourceAttributes['deployment.environment']) = '',
                'deployment.environment.name', 'set it to production, staging, test or development')) AS problems
    FROM assay_examined_spans(start = {start:Int64}, end = {end:Int64}, service = {service:String}, one_in = {one_in:UInt64})
)
GROUP BY service
ORDER BY service
