-- kind: question
-- why: a span is neither kept nor sampled out until its trace is decided
-- reads: assay_trace_summaries, assay_sampling_late, assay_sampling_passes, otel_traces_recent
-- gives: how many spans wait for the decision on their trace: those of the open traces, and those that no pass has looked at yet
WITH (SELECT (max(Pass), max(ToBatch)) FROM assay_sampling_passes WHERE Done) AS last
SELECT
    (SELECT count() FROM otel_traces_recent WHERE Batch > last.2)
    + (
        SELECT sum(Spans) FROM assay_trace_summaries
        WHERE Pass = last.1 AND Open AND TraceId NOT IN (SELECT TraceId FROM assay_sampling_late WHERE Pass = last.1)
    ) AS spans
