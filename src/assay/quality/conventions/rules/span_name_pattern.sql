-- kind: rule
-- why: names of one form can be grouped, filtered and told apart from those that libraries give
-- reads: assay_examined_spans
-- gives: one row per service that the rule applies to: how many were checked, how many of them found wrong, and the worst offenders (subject, instead, times,
--         traces)
-- title: The names of our own spans are {namespace}.{operation}.{action}
-- topic: names
-- weight: 1
-- looks_at: spans that are ours: the name begins with qms., or the span is internal and of a scope that is no instrumentation of OpenTelemetry's
-- change: Name the span in lower case with at least three parts: the namespace, what is worked on, and what is done with it, such as qms.workflow.validate.
SELECT ServiceName AS service, count() AS checked, countIf(notEmpty(problems)) AS found, assay_offenders(problems, TraceId) AS offenders
FROM
(
    SELECT ServiceName, TraceId,
        lower(replaceRegexpAll(replaceRegexpAll(CAST(SpanName, 'String'), '([a-z0-9])([A-Z])', '\\1_\\2'), '[^A-Za-z0-9_.]+', '.')) AS proper,
        length(splitByChar('.', proper)) AS parts,
        assay_problem(NOT match(SpanName, '^[a-z][a-z0-9_]*([.][a-z][a-z0-9_]*){2,}$'), SpanName,
            multiIf(parts > 2, proper, parts = 2, concat('<namespace>.', proper), concat('<namespace>.', proper, '.<action>'))) AS problems
    FROM assay_examined_spans(start = {start:Int64}, end = {end:Int64}, service = {service:String}, one_in = {one_in:UInt64})
    WHERE startsWith(SpanName, 'qms.')
        OR (SpanKind = 'Internal' AND ScopeName != '' AND positionCaseInsensitive(ScopeName, 'opentelemetry') = 0)
)
GROUP BY service
ORDER BY service
