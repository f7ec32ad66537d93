-- kind: question
-- why: a case says what sampling keeps
-- reads: assay_sampling_decisions
-- gives: what was decided on each trace in a pass
SELECT TraceId, Kept, Policy, AdjustedCount
FROM assay_sampling_decisions
WHERE Pass = {pass:UInt64}
