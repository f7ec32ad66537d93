-- kind: question
-- why: all that is known of the spans of some traces
-- reads: otel_traces_recent, otel_traces, otel_traces_trace_id_ts, assay_hot_window
-- gives: one row per span by start, of each trace only the first; attributes are arrays of keys, texts and types, since a JSON object cannot hold a key twice
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
    TraceId AS trace_id, SpanId AS span_id, ParentSpanId AS parent_span_id, TraceState AS trace_state, Flags AS flags,
    SpanName AS name, SpanKind AS kind, ServiceName AS service,
    toUnixTimestamp64Nano(Timestamp) AS start_ns, Duration AS duration_ns,
    StatusCode AS status, StatusMessage AS status_message,
    mapKeys(SpanAttributes) AS keys, mapValues(SpanAttributes) AS texts, SpanAttributeTypes AS types,
    DroppedAttributesCount AS dropped_attributes, DroppedEventsCount AS dropped_events, DroppedLinksCount AS dropped_links,
    mapKeys(ResourceAttributes) AS resource_keys, mapValues(ResourceAttributes) AS resource_texts,
    ResourceAttributeTypes AS resource_types, ResourceSchemaUrl AS resource_schema_url,
    ScopeName AS scope_name, ScopeVersion AS scope_version, ScopeSchemaUrl AS scope_schema_url,
    mapKeys(ScopeAttributes) AS scope_keys, mapValues(ScopeAttributes) AS scope_texts, ScopeAttributeTypes AS scope_types,
    arrayMap(time -> toUnixTimestamp64Nano(time), Events.Timestamp) AS event_times, Events.Name AS event_names,
    arrayMap(map -> mapKeys(map), Events.Attributes) AS event_keys,
    arrayMap(map -> mapValues(map), Events.Attributes) AS event_texts,
    Events.AttributeTypes AS event_types, Events.DroppedAttributesCount AS event_dropped,
    Links.TraceId AS link_traces, Links.SpanId AS link_spans, Links.TraceState AS link_states, Links.Flags AS link_flags,
    arrayMap(map -> mapKeys(map), Links.Attributes) AS link_keys,
    arrayMap(map -> mapValues(map), Links.Attributes) AS link_texts,
    Links.AttributeTypes AS link_types, Links.DroppedAttributesCount AS link_dropped
FROM found
ORDER BY Timestamp, SpanId
LIMIT {limit:UInt32} BY TraceId
