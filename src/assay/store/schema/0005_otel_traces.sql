-- kind: table
-- why: every span, in the layout of the OpenTelemetry Collector's ClickHouse exporter plus columns of ours (below Links.Attributes),
--      so that nothing of a span is lost and its attributes keep their types
-- reads: decode_traces; a Collector may write it too
-- gives: one row per span. *AttributeTypes holds the types in the order of the map's keys. PartitionDate is the span's own date if
--      that is near the time of receipt and else the date of receipt, so that a wrong clock makes no partitions. Overflow has, by OTLP
--      field, what does not fit elsewhere: end_time_unix_nano of a span that ends before it starts, entity_refs as JSON.
--      The ALIAS columns are computed when they are asked for: a time beyond 2262 has no DateTime64 of its own, but its number.

CREATE TABLE IF NOT EXISTS otel_traces
(
    Timestamp DateTime64(9) CODEC(Delta, ZSTD(1)),
    TraceId String CODEC(ZSTD(1)),
    SpanId String CODEC(ZSTD(1)),
    ParentSpanId String CODEC(ZSTD(1)),
    TraceState String CODEC(ZSTD(1)),
    SpanName LowCardinality(String) CODEC(ZSTD(1)),
    SpanKind LowCardinality(String) CODEC(ZSTD(1)),
    ServiceName LowCardinality(String) CODEC(ZSTD(1)),
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ScopeName String CODEC(ZSTD(1)),
    ScopeVersion String CODEC(ZSTD(1)),
    SpanAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    Duration UInt64 CODEC(ZSTD(1)),
    StatusCode LowCardinality(String) CODEC(ZSTD(1)),
    StatusMessage String CODEC(ZSTD(1)),
    Events Nested (
        Timestamp DateTime64(9), Name LowCardinality(String), Attributes Map(LowCardinality(String), String),
        AttributeTypes Array(Enum8('empty' = 0, 'string' = 1, 'bool' = 2, 'int' = 3, 'double' = 4, 'array' = 5, 'map' = 6, 'bytes' = 7)),
        DroppedAttributesCount UInt32) CODEC(ZSTD(1)),
    Links Nested (
        TraceId String, SpanId String, TraceState String, Attributes Map(LowCardinality(String), String),
        AttributeTypes Array(Enum8('empty' = 0, 'string' = 1, 'bool' = 2, 'int' = 3, 'double' = 4, 'array' = 5, 'map' = 6, 'bytes' = 7)),
        DroppedAttributesCount UInt32, Flags UInt32) CODEC(ZSTD(1)),
    Flags UInt32 CODEC(ZSTD(1)),
    SpanAttributeTypes Array(Enum8('empty' = 0, 'string' = 1, 'bool' = 2, 'int' = 3, 'double' = 4, 'array' = 5, 'map' = 6, 'bytes' = 7)) CODEC(ZSTD(1)),
    DroppedAttributesCount UInt32 CODEC(ZSTD(1)),
    DroppedEventsCount UInt32 CODEC(ZSTD(1)),
    DroppedLinksCount UInt32 CODEC(ZSTD(1)),
    ResourceAttributeTypes Array(Enum8('empty' = 0, 'string' = 1, 'bool' = 2, 'int' = 3, 'double' = 4, 'array' = 5, 'map' = 6, 'bytes' = 7)) CODEC(ZSTD(1)),
    ResourceDroppedAttributesCount UInt32 CODEC(ZSTD(1)),
    ResourceSchemaUrl LowCardinality(String) CODEC(ZSTD(1)),
    ScopeAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ScopeAttributeTypes Array(Enum8('empty' = 0, 'string' = 1, 'bool' = 2, 'int' = 3, 'double' = 4, 'array' = 5, 'map' = 6, 'bytes' = 7)) CODEC(ZSTD(1)),
    ScopeDroppedAttributesCount UInt32 CODEC(ZSTD(1)),
    ScopeSchemaUrl LowCardinality(String) CODEC(ZSTD(1)),
    Overflow Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    Batch UInt64 CODEC(Delta, ZSTD(1)),
    ReceivedAt DateTime64(6) CODEC(Delta, ZSTD(1)),
    PartitionDate Date DEFAULT toDate(Timestamp) CODEC(ZSTD(1)),
    StartTimeUnixNano UInt64 ALIAS toUInt64(toUnixTimestamp64Nano(Timestamp)),
    EndTimeUnixNano UInt64 ALIAS if(Overflow['end_time_unix_nano'] = '', toUInt64(toUnixTimestamp64Nano(Timestamp)) + Duration, toUInt64OrZero(Overflow['end_time_unix_nano'])),
    EventTimesUnixNano Array(UInt64) ALIAS arrayMap(t -> toUInt64(toUnixTimestamp64Nano(t)), `Events.Timestamp`),
    INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_res_attr_key mapKeys(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_res_attr_value mapValues(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_span_attr_key mapKeys(SpanAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_span_attr_value mapValues(SpanAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_duration Duration TYPE minmax GRANULARITY 1,
    INDEX idx_timestamp Timestamp TYPE minmax GRANULARITY 1,
    INDEX idx_batch Batch TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY PartitionDate
ORDER BY (ServiceName, SpanName, toDateTime(Timestamp))
SETTINGS index_granularity = 8192, non_replicated_deduplication_window = 1000
