-- kind: question
-- why: the graph can be narrowed to a deployment environment, which is chosen from those that there are
-- reads: assay_service_graph_within
-- gives: one row per environment in which somebody called somebody, by name
SELECT Environment AS environment
FROM assay_service_graph_within(start = {start:Int64}, end = {end:Int64})
WHERE notEmpty(Environment)
GROUP BY environment
ORDER BY environment
LIMIT {limit:UInt32}
