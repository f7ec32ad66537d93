-- kind: indexes
-- why: a trace is asked for the spans that link to it, such as those of consumers, and few spans have links
-- reads: nothing
-- gives: idx_link_trace_id on otel_traces and otel_traces_recent, by which has(Links.TraceId, …) passes over what has no such link

ALTER TABLE otel_traces ADD INDEX IF NOT EXISTS idx_link_trace_id `Links.TraceId` TYPE bloom_filter(0.01) GRANULARITY 1;

ALTER TABLE otel_traces_recent ADD INDEX IF NOT EXISTS idx_link_trace_id `Links.TraceId` TYPE bloom_filter(0.01) GRANULARITY 1
