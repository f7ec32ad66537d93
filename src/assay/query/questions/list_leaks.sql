-- kind: question
-- why: which services put what into which attribute is the list of what has to be mended in them
-- reads: assay_scrubbed_values
-- gives: the values that scrubbing changed from {start} to {end} (nanoseconds, whole minutes), by service, signal, place and rule; the most first
SELECT ServiceName AS service, Signal AS signal, Place AS place, Rule AS rule, sum(Items) AS items, toInt64(toUnixTimestamp(max(Minute))) * 1000000000 AS last_ns
FROM assay_scrubbed_values
WHERE Minute >= toStartOfMinute(fromUnixTimestamp64Nano({start:Int64})) AND Minute < fromUnixTimestamp64Nano({end:Int64})
    AND ({service:String} = '' OR ServiceName = {service:String})
GROUP BY service, signal, place, rule
ORDER BY items DESC, service, signal, place, rule
LIMIT {limit:UInt32}
