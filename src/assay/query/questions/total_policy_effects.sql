-- kind: question
-- why: what the policies do is counted for Prometheus, which wants numbers that only grow
-- reads: assay_scrubbed_values, assay_filtered_items
-- gives: by day since {since} (Unix seconds), effect (scrubbed, filtered), signal and name of the rule or filter, how many values or items
SELECT 'scrubbed' AS effect, toString(toDate(Minute)) AS day, Signal AS signal, Rule AS name, sum(Items) AS items
FROM assay_scrubbed_values
WHERE toDate(Minute) >= toDate(fromUnixTimestamp({since:Int64}))
GROUP BY day, signal, name
UNION ALL
SELECT 'filtered', toString(toDate(Minute)) AS day, Signal, Filter, sum(Items)
FROM assay_filtered_items
WHERE toDate(Minute) >= toDate(fromUnixTimestamp({since:Int64}))
GROUP BY day, Signal, Filter
