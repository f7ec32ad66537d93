-- kind: function, tables and views
-- why: an event that comes over OTLP is acknowledged before anybody has read it; one that does not fit the registry must not be taken for a good one
-- reads: otel_logs
-- gives: decode_events now checks each record with a name that begins with qms.: a good one goes on to assay_event_records as before, another to
--        assay_invalid_events, which nothing measures; both are in otel_logs as well. There one row, once merged, per record: Problems has a code and,
--        but for event_unknown and time_ahead, the attribute that it is about. The function is made anew from the registry at each start
--        (store/event_checks.py); as it is here it finds nothing

CREATE OR REPLACE FUNCTION assay_event_problems AS (name, attributes, at) -> CAST([], 'Array(Tuple(String, String))');

CREATE TABLE IF NOT EXISTS assay_incoming_events
(
    EventName LowCardinality(String),
    EventId String,
    Rank UInt256,
    Time DateTime64(9, 'UTC'),
    Observed DateTime64(9, 'UTC'),
    Service LowCardinality(String),
    Environment LowCardinality(String),
    Attributes Map(LowCardinality(String), String),
    Body String,
    TraceId String,
    SpanId String,
    Problems Array(Tuple(String, String)),
    Batch UInt64,
    ReceivedAt DateTime64(6, 'UTC'),
    PartitionDate Date
)
ENGINE = Null;

CREATE TABLE IF NOT EXISTS assay_invalid_events
(
    EventName LowCardinality(String) CODEC(ZSTD(1)),
    EventId String CODEC(ZSTD(1)),
    Rank UInt256 CODEC(ZSTD(1)),
    Time DateTime64(9, 'UTC') CODEC(ZSTD(1)),
    Service LowCardinality(String) CODEC(ZSTD(1)),
    Environment LowCardinality(String) CODEC(ZSTD(1)),
    Attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    Problems Array(Tuple(String, String)) CODEC(ZSTD(1)),
    TraceId String CODEC(ZSTD(1)),
    Batch UInt64 CODEC(ZSTD(1)),
    ReceivedAt DateTime64(6, 'UTC') CODEC(ZSTD(1)),
    PartitionDate Date CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree
ORDER BY (EventName, EventId, Rank)
SETTINGS non_replicated_deduplication_window = 1000;

CREATE MATERIALIZED VIEW IF NOT EXISTS keep_events TO assay_event_records AS
SELECT EventName, EventId, Rank, Time, Observed, Service, Environment, Attributes, Body, TraceId, SpanId, Batch, ReceivedAt, PartitionDate
FROM assay_incoming_events
WHERE empty(Problems);

CREATE MATERIALIZED VIEW IF NOT EXISTS refuse_events TO assay_invalid_events AS
SELECT EventName, EventId, Rank, Time, Service, Environment, Attributes, Problems, TraceId, Batch, ReceivedAt, PartitionDate
FROM assay_incoming_events
WHERE notEmpty(Problems);

DROP VIEW IF EXISTS decode_events;

CREATE MATERIALIZED VIEW decode_events TO assay_incoming_events AS
WITH
    mapConcat(mapFilter((key, text) -> match(key, '^(service|deployment|vcs|cicd|user|qms)[.]') AND NOT mapContains(LogAttributes, key), ResourceAttributes),
        LogAttributes) AS attributes,
    assay_event_subject(EventName, attributes) AS subject,
    cityHash64(EventName, Timestamp, attributes, Body) AS hash
SELECT
    EventName,
    multiIf(attributes['qms.event.id'] != '', attributes['qms.event.id'],
        concat(assay_event_prefix(EventName), '/', if(subject != '', subject, lower(hex(hash))))) AS EventId,
    assay_event_rank(toInt64OrZero(attributes['qms.event.revision']),
        if(toUnixTimestamp64Nano(ObservedTimestamp) > 0, toUnixTimestamp64Nano(ObservedTimestamp), toUnixTimestamp64Micro(ReceivedAt) * 1000), hash) AS Rank,
    Timestamp AS Time,
    ObservedTimestamp AS Observed,
    attributes['service.name'] AS Service,
    assay_environment(firstNonDefault(attributes['deployment.environment.name'], attributes['deployment.environment'])) AS Environment,
    attributes AS Attributes,
    Body, TraceId, SpanId,
    if(attributes['qms.event.retracted'] = 'true', [],
        arrayConcat(assay_event_problems(EventName, attributes, Timestamp), if(Timestamp > ReceivedAt + INTERVAL 1 DAY, [('time_ahead', '')], []))) AS Problems,
    Batch, ReceivedAt, PartitionDate
FROM otel_logs
WHERE startsWith(EventName, 'qms.')
