-- kind: question
-- why: people ask why a trace is there, or why it is not
-- reads: assay_sampling_decisions, assay_trace_summaries
-- gives: the decision on a trace, or that it is still waited for; the latest first. No row: the sampler knows nothing of it

SELECT *
FROM
(
    SELECT
        if(Kept, 'kept', 'sampled_out') AS State, Policy, toString(Reason) AS Why, toUnixTimestamp(DecidedAt) AS At, AdjustedCount,
        Spans, DurationNano
    FROM assay_sampling_decisions
    WHERE TraceId = {trace_id:String}
    UNION ALL
    SELECT
        'waiting', '', if(RootReceivedAt > '2099-01-01', 'wait', 'root'), toUnixTimestamp(DueAt), 1., Spans,
        toUInt64(greatest(EndNano - StartNano, 0))
    FROM assay_trace_summaries
    WHERE
        TraceId = {trace_id:String} AND Open AND Pass = (SELECT max(Pass) FROM assay_sampling_passes WHERE Done)
        AND TraceId NOT IN (SELECT TraceId FROM assay_sampling_late)
)
ORDER BY At DESC
