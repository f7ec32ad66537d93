-- kind: question
-- why: to find the records after one, a list that has the newest first must know where to begin
-- reads: otel_logs
-- gives: one row: how many there are of the first `limit` records from a time on that meet all conditions, and the time of the last of them
SELECT count() AS later, max(time_ns) AS last_ns
FROM
(
    SELECT toUnixTimestamp64Nano(Timestamp) AS time_ns
    FROM otel_logs
    WHERE Timestamp >= fromUnixTimestamp64Nano({start:Int64}) AND Timestamp < fromUnixTimestamp64Nano({end:Int64})
        AND ({service:String} = '' OR ServiceName = {service:String})
        -- The indexes of values know only single texts: this leaves them out where none can match.
        AND ({needle:String} = '' OR has(mapValues(LogAttributes), {needle:String}) OR has(mapValues(ResourceAttributes), {needle:String}))
        AND (empty({names:Array(Array(String))}) OR assay_meets(assay_found(LogAttributes, ResourceAttributes, {names:Array(Array(String))}),
            {operators:Array(String)}, {texts:Array(String)}, {numbers:Array(Float64)}))
    ORDER BY toStartOfFiveMinutes(Timestamp), Timestamp
    LIMIT {limit:UInt32}
)
