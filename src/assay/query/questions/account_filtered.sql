-- kind: question
-- why: what came in adds up: stored, sampled out, filtered, dead letters
-- reads: assay_filtered_items
-- gives: by signal, how many items filters have dropped since the minute of {since} (Unix seconds)
SELECT Signal AS signal, sum(Items) AS items
FROM assay_filtered_items
WHERE Minute >= toStartOfMinute(fromUnixTimestamp({since:Int64}))
GROUP BY signal
