-- kind: view
-- why: every log record with an event name of ours is an event, whichever way it came
-- reads: otel_logs
-- gives: assay_event_records, one row per record. A record without qms.event.id gets the id of what it is about, or else of its content

CREATE MATERIALIZED VIEW IF NOT EXISTS decode_events TO assay_event_records AS
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
    Body, TraceId, SpanId, Batch, ReceivedAt, PartitionDate
FROM otel_logs
WHERE startsWith(EventName, 'qms.')
