-- kind: question
-- why: an answer says of whom it speaks, and how much of what there is it has looked at
-- reads: assay_spans, otel_logs, otel_metrics_*
-- gives: one row per service that sent anything in the time range: its spans that are stored, and how many of them are in traces of the sample
SELECT service, sum(spans) AS spans, sum(looked_at) AS looked_at, sum(log_records) AS log_records, sum(metric_points) AS metric_points
FROM
(
    SELECT ServiceName AS service, count() AS spans, countIf(cityHash64(TraceId) % {one_in:UInt64} = 0) AS looked_at, 0 AS log_records, 0 AS metric_points
    FROM assay_spans
    WHERE Timestamp >= fromUnixTimestamp64Nano({start:Int64}) AND Timestamp < fromUnixTimestamp64Nano({end:Int64})
        AND ({service:String} = '' OR ServiceName = {service:String})
    GROUP BY service
    UNION ALL
    SELECT ServiceName, 0, 0, count(), 0
    FROM otel_logs
    WHERE Timestamp >= fromUnixTimestamp64Nano({start:Int64}) AND Timestamp < fromUnixTimestamp64Nano({end:Int64})
        AND ({service:String} = '' OR ServiceName = {service:String}) AND EventName = ''
    GROUP BY ServiceName
    UNION ALL
    SELECT ServiceName, 0, 0, 0, count()
    FROM merge('^otel_metrics_(gauge|sum|histogram|exp_histogram|summary)$')
    WHERE TimeUnix >= toDateTime(intDiv({start:Int64}, 1000000000)) AND TimeUnixNano >= {start:Int64} AND TimeUnixNano < {end:Int64}
        AND ({service:String} = '' OR ServiceName = {service:String})
    GROUP BY ServiceName
)
GROUP BY service
ORDER BY service
