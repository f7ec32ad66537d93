-- kind: question
-- why: a case says what filters drop
-- reads: assay_filtered_items
-- gives: items by filter of what was received from {since} to {until} (Unix seconds)
SELECT Filter, sum(Items)
FROM assay_filtered_items
WHERE Minute >= toStartOfMinute(fromUnixTimestamp({since:Int64})) AND Minute < fromUnixTimestamp({until:Int64})
GROUP BY Filter
