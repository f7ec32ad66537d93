-- kind: question
-- why: a list of traces says of each whether it stays
-- reads: assay_sampling_decisions
-- gives: one row per trace on which was decided: whether it is kept, and by which policy; the latest decision counts
SELECT TraceId AS trace_id, argMax(Kept, DecidedAt) AS kept, argMax(Policy, DecidedAt) AS policy
FROM assay_sampling_decisions
WHERE TraceId IN {trace_ids:Array(String)}
GROUP BY TraceId
