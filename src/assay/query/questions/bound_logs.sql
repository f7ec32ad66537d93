-- kind: question
-- why: to find the records after one, a list that has the newest first must know where to begin
-- reads: otel_logs
-- gives: one row: how many there are of the first `limit` records from a time on, and the time of the last of them
SELECT count() AS later, max(time_ns) AS last_ns
FROM
(
    SELECT toUnixTimestamp64Nano(Timestamp) AS time_ns
    FROM otel_logs
    WHERE Timestamp >= fromUnixTimestamp64Nano({start:Int64}) AND Timestamp < fromUnixTimestamp64Nano({end:Int64})
        AND ({service:String} = '' OR ServiceName = {service:String})
    ORDER BY toStartOfFiveMinutes(Timestamp), Timestamp
    LIMIT {limit:UInt32}
)
