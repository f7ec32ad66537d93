-- kind: question
-- why: a filter of metrics is built from attributes that are there, and from values that they have
-- reads: otel_metrics_gauge, otel_metrics_sum, otel_metrics_histogram, otel_metrics_exp_histogram, otel_metrics_summary
-- gives: without `names` the keys of attributes of data points and of their resources, else the values of the attribute of these names, the
--        most frequent first; counted in at most `sample` of the points of the metric, or of all if none is named, in the time range
SELECT name, count() AS items
FROM
(
    SELECT arrayJoin(if(empty({names:Array(String)}),
        arrayConcat(mapKeys(Attributes), mapKeys(ResourceAttributes)),
        arraySlice(assay_found(Attributes, ResourceAttributes, [{names:Array(String)}])[1], 1, 1))) AS name
    FROM
    (
        SELECT Attributes, ResourceAttributes
        FROM merge('^otel_metrics_(gauge|sum|histogram|exp_histogram|summary)$')
        WHERE TimeUnix >= toDateTime(intDiv({start:Int64}, 1000000000)) AND TimeUnixNano >= {start:Int64} AND TimeUnixNano < {end:Int64}
            AND ({service:String} = '' OR ServiceName = {service:String}) AND ({metric:String} = '' OR MetricName = {metric:String})
        LIMIT {sample:UInt32}
    )
)
WHERE name ILIKE {pattern:String}
GROUP BY name
ORDER BY items DESC, name
LIMIT {limit:UInt32}
