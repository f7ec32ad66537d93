-- kind: question
-- why: a trace that is not kept can still be seen for a while
-- reads: otel_traces_recent, otel_traces_trace_id_ts
-- gives: how many spans of a trace are in the hot window, the beginning (Unix seconds) of the part of it that the first is in, and
--        whether there are spans that are kept
SELECT
    count() AS recent, toUnixTimestamp(toStartOfFiveMinutes(min(ReceivedAt))) AS first_part,
    (SELECT count() FROM otel_traces_trace_id_ts WHERE TraceId = {trace_id:String}) > 0 AS kept
FROM otel_traces_recent
WHERE TraceId = {trace_id:String}
