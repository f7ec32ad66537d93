-- kind: rule
-- why: each set of labels is a series of its own: labels with ids make metrics slow, dear and of no use
-- reads: otel_metrics_gauge, otel_metrics_sum, otel_metrics_histogram, otel_metrics_exp_histogram, otel_metrics_summary
-- gives: one row per service that the rule applies to: how many were checked, how many of them found wrong, and the worst offenders (subject, instead, times,
--         traces)
-- title: A metric has at most 1000 series in a service
-- topic: metrics
-- weight: 5
-- looks_at: metrics that the service sent
-- change: Leave ids, paths and texts out of labels; SDKs themselves stop at 2000 series by default.
SELECT ServiceName AS service, count() AS checked, countIf(notEmpty(problems)) AS found, assay_offenders(problems, TraceId) AS offenders
FROM
(
    SELECT ServiceName, '' AS TraceId, assay_problem(series > 1000, concat(MetricName, ': ', toString(series), ' series; ', label, ' has ', toString(most), ' values'),
        concat('leave ', label, ' out, or give it few values')) AS problems
    FROM
    (
        SELECT ServiceName, MetricName, uniqCombined(CAST(Attributes, 'Map(String, String)')) AS series, uniqCombinedMap(CAST(Attributes, 'Map(String, String)')) AS labels,
            arrayMax(arrayConcat([0], mapValues(labels))) AS most, arrayFirst((key, values) -> values = most, mapKeys(labels), mapValues(labels)) AS label
        FROM merge('^otel_metrics_(gauge|sum|histogram|exp_histogram|summary)$')
        WHERE TimeUnix >= toDateTime(intDiv({start:Int64}, 1000000000)) AND TimeUnixNano >= {start:Int64} AND TimeUnixNano < {end:Int64}
            AND ({service:String} = '' OR ServiceName = {service:String})
        GROUP BY ServiceName, MetricName
    )
)
GROUP BY service
ORDER BY service
