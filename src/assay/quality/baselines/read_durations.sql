-- kind: question
-- why: a few requests are compared by their very durations, without the rounding of buckets
-- reads: assay_spans
-- gives: a row per duration in nanoseconds and how many requests took it, of the whole minutes that the time touches, as far as their spans are
--        kept: all of them in the hot window. Negative durations count as 0, as they do in assay_service_metrics
SELECT greatest(0, toInt64(Duration)) AS duration_ns, count() AS count
FROM assay_spans
WHERE ServiceName = {service:String}
    AND (SpanKind IN ('Server', 'Consumer') OR notEmpty({operation:String}) OR notEmpty({operation_matching:String}))
    AND Timestamp >= assay_time_from({start:Int64}, 60) AND Timestamp < assay_time_until({end:Int64}, 60)
    AND (empty({operation:String}) OR SpanName = {operation:String})
    AND (empty({operation_matching:String}) OR match(SpanName, {operation_matching:String}))
    AND (empty({environment:String}) OR assay_environment({environment:String}) = assay_environment(
        firstNonDefault(ResourceAttributes['deployment.environment.name'], ResourceAttributes['deployment.environment'])))
    AND (empty({version:String}) OR ResourceAttributes['service.version'] = {version:String})
    AND (empty({other_than:String}) OR ResourceAttributes['service.version'] != {other_than:String})
GROUP BY duration_ns
LIMIT {limit:UInt32}
