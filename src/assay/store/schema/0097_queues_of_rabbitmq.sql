-- kind: function and view
-- why: both ends of a queue have to give it the same name, or the service graph is torn there. The Python instrumentations of RabbitMQ call each queue
--      temporary to which they send, and aio-pika writes the exchange, empty by default, and a comma before its name
-- reads: assay_decoded_spans without what a filter drops
-- gives: assay_call_ends as before, with queues of RabbitMQ by their names; temporary are those which RabbitMQ or a client has named

-- There is no AND and no OR in it, over which the engine thinks for long at every insert.
CREATE OR REPLACE FUNCTION assay_queue AS (attributes, name) -> multiIf(
    attributes['messaging.destination.temporary'] = 'true', '(temporary)',
    attributes['messaging.system'] = 'rabbitmq', if(match(name, '^,?amq([.]gen-|[.]rabbitmq[.]reply-to|_[0-9a-f]{32}$)'), '(temporary)', trimLeft(name, ',')),
    attributes['messaging.temp_destination'] = 'true', '(temporary)',
    name);

CREATE OR REPLACE FUNCTION assay_peer AS (attributes) -> multiIf(
    attributes['messaging.system'] != '', assay_in_system(attributes['messaging.system'], assay_queue(attributes,
        assay_first([attributes['messaging.destination.template'], attributes['messaging.destination.name'], attributes['messaging.destination']]))),
    assay_first([attributes['db.system.name'], attributes['db.system']]) != '', assay_in_system(
        assay_first([attributes['db.system.name'], attributes['db.system']]),
        assay_first([attributes['service.peer.name'], attributes['peer.service'], attributes['db.namespace'], attributes['db.name'], assay_peer_address(attributes)])),
    assay_peer_address(attributes));

DROP VIEW IF EXISTS assay_call_ends_mv;

CREATE MATERIALIZED VIEW assay_call_ends_mv TO assay_call_ends AS
SELECT
    toStartOfInterval(if(toDate(Timestamp, 'UTC') = PartitionDate, toDateTime(Timestamp), toDateTime(ReceivedAt)), INTERVAL 30 SECOND) AS Slot,
    cityHash64(TraceId, SpanId) AS Id,
    multiIf(ParentSpanId = '', 0, SpanKind IN ('Server', 'Consumer'), cityHash64(TraceId, ParentSpanId), bitAnd(Flags, 0x300) = 0x100, 0, cityHash64(TraceId, ParentSpanId)) AS Parent,
    Batch, toDateTime(ReceivedAt) AS ReceivedAt, ServiceName, SpanKind,
    Environment,
    StatusCode = 'Error' AS Error, Duration, AdjustedCount AS Count,
    assay_peer(attributes) AS Peer,
    if(Peer = '', '', assay_peer_kind(attributes)) AS PeerKind
FROM
(
    SELECT
        Timestamp, PartitionDate, TraceId, SpanId, ParentSpanId, SpanKind, Flags, Batch, ReceivedAt, ServiceName, Environment, StatusCode, Duration, AdjustedCount,
        if(SpanKind IN ('Client', 'Producer', 'Consumer'), SpanAttributes, CAST(map(), 'Map(LowCardinality(String), String)')) AS attributes
    FROM assay_decoded_spans
    WHERE Stage != 'filtered'
)
