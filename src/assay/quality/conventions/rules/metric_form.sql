-- kind: rule
-- why: a number without a unit is misread, and two spellings are two metrics
-- reads: otel_metrics_gauge, otel_metrics_sum, otel_metrics_histogram, otel_metrics_exp_histogram, otel_metrics_summary
-- gives: one row per service that the rule applies to: how many were checked, how many of them found wrong, and the worst offenders (subject, instead, times,
--         traces)
-- title: Metrics have a unit, and names in lower case
-- topic: metrics
-- weight: 1
-- looks_at: metrics that the service sent; a name that ends with its unit, or with _total, needs no other
-- change: Give the unit when the instrument is made (s, By, 1, {request}), and write its name in lower case with dots or underscores.
SELECT ServiceName AS service, count() AS checked, countIf(notEmpty(problems)) AS found, assay_offenders(problems, TraceId) AS offenders
FROM
(
    SELECT ServiceName, '' AS TraceId, arrayConcat(
            assay_problem(unit = '' AND NOT match(MetricName, '[._](total|seconds|milliseconds|bytes|ratio|percent|count|info|celsius)$'), MetricName, 'give it a unit'),
            assay_problem(NOT match(MetricName, '^[a-z][a-z0-9_.:/-]*$'), MetricName, lower(replaceRegexpAll(replaceRegexpAll(CAST(MetricName, 'String'),
                '([a-z0-9])([A-Z])', '\\1_\\2'), '[^A-Za-z0-9_.]+', '_')))) AS problems
    FROM
    (
        SELECT ServiceName, MetricName, max(MetricUnit) AS unit
        FROM merge('^otel_metrics_(gauge|sum|histogram|exp_histogram|summary)$')
        WHERE TimeUnix >= toDateTime(intDiv({start:Int64}, 1000000000)) AND TimeUnixNano >= {start:Int64} AND TimeUnixNano < {end:Int64}
            AND ({service:String} = '' OR ServiceName = {service:String})
        GROUP BY ServiceName, MetricName
    )
)
GROUP BY service
ORDER BY service
