-- kind: question
-- why: a trace that is named by a metric or a log record may be gone, and a link to it would lead nowhere
-- reads: otel_traces_recent, otel_traces_trace_id_ts
-- gives: one row per trace of `trace_ids` of which a span is stored
SELECT DISTINCT trace_id
FROM
(
    SELECT TraceId AS trace_id FROM otel_traces_recent WHERE TraceId IN {trace_ids:Array(String)}
    UNION ALL
    SELECT TraceId FROM otel_traces_trace_id_ts WHERE TraceId IN {trace_ids:Array(String)}
)
