-- kind: question
-- why: what a list says about each of some traces
-- reads: otel_traces_recent, otel_traces, otel_traces_trace_id_ts, assay_hot_window
-- gives: one row per trace; its root is the first span without a parent, or the first span of all if there is none
WITH found AS
(
    SELECT * FROM otel_traces_recent WHERE TraceId IN {trace_ids:Array(String)}
    UNION ALL
    SELECT *
    FROM otel_traces
    WHERE TraceId IN {trace_ids:Array(String)}
        AND (SamplingPolicy = '' OR ReceivedAt < (SELECT Since FROM assay_hot_window))
        AND PartitionDate IN (SELECT PartitionDate FROM otel_traces_trace_id_ts WHERE TraceId IN {trace_ids:Array(String)})
        AND
        (
            Timestamp >= (SELECT min(Start) FROM otel_traces_trace_id_ts WHERE TraceId IN {trace_ids:Array(String)})
                AND Timestamp < (SELECT max(End) + 1 FROM otel_traces_trace_id_ts WHERE TraceId IN {trace_ids:Array(String)})
            -- Start and End lie between 1970 and 2106 even if a clock does not.
            OR Timestamp < '1970-01-01' OR Timestamp >= '2106-01-01'
        )
)
SELECT
    TraceId AS trace_id,
    argMin(ServiceName, (ParentSpanId != '', Timestamp, SpanId)) AS root_service,
    argMin(SpanName, (ParentSpanId != '', Timestamp, SpanId)) AS root_operation,
    min(toUnixTimestamp64Nano(Timestamp)) AS start_ns,
    max(toInt128(toUnixTimestamp64Nano(Timestamp)) + Duration) - start_ns AS duration_ns,
    count() AS spans,
    countIf(StatusCode = 'Error') AS errors,
    arraySort(groupUniqArray(ServiceName)) AS services
FROM found
GROUP BY TraceId
