-- kind: question
-- why: what is written goes on from where it was, whoever wrote it: a counter does not fall, and no minute is written twice
-- reads: otel_metrics_sum, otel_metrics_histogram
-- gives: one row per counter and histogram of the scope assay.delivery since {since:Int64} (ns): what it has reached, as one number, or as the counts of its
--        buckets and then its sum; and the time of its last point
SELECT MetricName AS name, mapKeys(Attributes) AS keys, mapValues(Attributes) AS texts, [max(Value)] AS reached, max(TimeUnixNano) AS last_ns
FROM otel_metrics_sum
WHERE ServiceName = 'assay' AND ScopeName = 'assay.delivery' AND TimeUnix >= toDateTime(intDiv({since:Int64}, 1000000000)) AND startsWith(MetricName, 'qms_')
GROUP BY name, keys, texts
UNION ALL
SELECT
    MetricName AS name, mapKeys(Attributes) AS keys, mapValues(Attributes) AS texts,
    arrayPushBack(arrayMap(count -> toFloat64(count), maxForEach(BucketCounts)), max(Sum)) AS reached, max(TimeUnixNano) AS last_ns
FROM otel_metrics_histogram
WHERE ServiceName = 'assay' AND ScopeName = 'assay.delivery' AND TimeUnix >= toDateTime(intDiv({since:Int64}, 1000000000)) AND startsWith(MetricName, 'qms_')
GROUP BY name, keys, texts
