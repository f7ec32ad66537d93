-- kind: question
-- why: a filter is built from attributes that are there, and from values that they have
-- reads: assay_spans
-- gives: without `names` the keys of attributes of spans and of their resources, else the values of the attribute of these names, the
--        most frequent first; counted in at most `sample` of the spans in the time range
SELECT name, count() AS items
FROM
(
    SELECT arrayJoin(if(empty({names:Array(String)}),
        arrayConcat(mapKeys(SpanAttributes), mapKeys(ResourceAttributes)),
        arraySlice(assay_found(SpanAttributes, ResourceAttributes, [{names:Array(String)}])[1], 1, 1))) AS name
    FROM
    (
        SELECT SpanAttributes, ResourceAttributes
        FROM assay_spans
        WHERE Timestamp >= fromUnixTimestamp64Nano({start:Int64}) AND Timestamp < fromUnixTimestamp64Nano({end:Int64})
            AND ({service:String} = '' OR ServiceName = {service:String})
        LIMIT {sample:UInt32}
    )
)
WHERE name ILIKE {pattern:String}
GROUP BY name
ORDER BY items DESC, name
LIMIT {limit:UInt32}
