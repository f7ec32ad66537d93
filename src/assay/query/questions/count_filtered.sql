-- kind: question
-- why: what a filter drops is accounted for
-- reads: assay_filtered_items
-- gives: items that were dropped from {start} to {end} (nanoseconds, whole minutes), by signal, filter and service; the most first
SELECT Signal AS signal, Filter AS filter, ServiceName AS service, sum(Items) AS items, toInt64(toUnixTimestamp(max(Minute))) * 1000000000 AS last_ns
FROM assay_filtered_items
WHERE Minute >= toStartOfMinute(fromUnixTimestamp64Nano({start:Int64})) AND Minute < fromUnixTimestamp64Nano({end:Int64})
GROUP BY signal, filter, service
ORDER BY items DESC, signal, filter, service
LIMIT {limit:UInt32}
