-- kind: check
-- why: times of different services can be compared: no span begins more than 5 s after it was received
-- next: synchronise the clocks of the machines that the service runs on, and see why if they already are
-- reads: assay_spans
-- gives: one row per service; finding is empty where nothing is wrong
SELECT
    ServiceName AS service, '' AS environment, '' AS subject,
    if(countIf(Timestamp > ReceivedAt + INTERVAL 5 SECOND) > 0, concat(toString(countIf(Timestamp > ReceivedAt + INTERVAL 5 SECOND)), ' spans begin after they were received'), '') AS finding
FROM assay_spans
WHERE Timestamp >= fromUnixTimestamp64Nano({start:Int64}) AND Timestamp < fromUnixTimestamp64Nano({end:Int64})
GROUP BY ServiceName
