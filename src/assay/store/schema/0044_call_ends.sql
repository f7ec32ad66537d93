-- kind: functions and view
-- why: the service graph is made of calls, and a call has two ends
-- reads: assay_decoded_spans without what a filter drops
-- gives: assay_call_ends. The attributes have their present and their former names

CREATE OR REPLACE FUNCTION assay_first AS (texts) -> arrayFirst(text -> text != '', texts);

-- What a span says of the other side: the kind of the peer and its name. A queue that is used once has no name of its own.
-- There is no AND and no OR in it, over which the engine thinks for long at every insert.
CREATE OR REPLACE FUNCTION assay_peer_kind AS (attributes) -> multiIf(
    attributes['messaging.system'] != '', 'queue',
    assay_first([attributes['db.system.name'], attributes['db.system']]) != '', 'database',
    'external');

CREATE OR REPLACE FUNCTION assay_peer_address AS (attributes) -> assay_first([
    attributes['service.peer.name'], attributes['peer.service'], attributes['server.address'], attributes['net.peer.name'],
    domain(attributes['url.full']), domain(attributes['http.url']),
    attributes['network.peer.address'], attributes['net.peer.ip'], attributes['net.sock.peer.addr']]);

CREATE OR REPLACE FUNCTION assay_in_system AS (system, name) -> if(name = '', system, concat(system, '/', name));

CREATE OR REPLACE FUNCTION assay_peer AS (attributes) -> multiIf(
    attributes['messaging.system'] != '', assay_in_system(attributes['messaging.system'], if(
        has([attributes['messaging.destination.temporary'], attributes['messaging.temp_destination']], 'true'), '(temporary)',
        assay_first([attributes['messaging.destination.template'], attributes['messaging.destination.name'], attributes['messaging.destination']]))),
    assay_first([attributes['db.system.name'], attributes['db.system']]) != '', assay_in_system(
        assay_first([attributes['db.system.name'], attributes['db.system']]),
        assay_first([attributes['service.peer.name'], attributes['peer.service'], attributes['db.namespace'], attributes['db.name'], assay_peer_address(attributes)])),
    assay_peer_address(attributes));

-- Flags: 0x100 says that the sender knows whether the parent is in another process, 0x200 that it is (OTLP, SpanFlags).
CREATE MATERIALIZED VIEW IF NOT EXISTS assay_call_ends_mv TO assay_call_ends AS
SELECT
    toStartOfInterval(if(toDate(Timestamp, 'UTC') = PartitionDate, toDateTime(Timestamp), toDateTime(ReceivedAt)), INTERVAL 30 SECOND) AS Slot,
    cityHash64(TraceId, SpanId) AS Id,
    multiIf(ParentSpanId = '', 0, SpanKind IN ('Server', 'Consumer'), cityHash64(TraceId, ParentSpanId), bitAnd(Flags, 0x300) = 0x100, 0, cityHash64(TraceId, ParentSpanId)) AS Parent,
    Batch, toDateTime(ReceivedAt) AS ReceivedAt, ServiceName, SpanKind,
    Environment,
    StatusCode = 'Error' AS Error, Duration, AdjustedCount AS Count,
    tupleElement(side, 1) AS Peer,
    if(Peer = '', '', tupleElement(side, 2)) AS PeerKind
FROM
(
    SELECT
        Timestamp, PartitionDate, TraceId, SpanId, ParentSpanId, SpanKind, Flags, Batch, ReceivedAt, ServiceName, Environment, StatusCode, Duration, AdjustedCount,
        -- An array of one or none: only a span that calls somebody is asked whom.
        arrayMap(attributes -> (assay_peer(attributes), assay_peer_kind(attributes)),
            arrayFilter(attributes -> SpanKind IN ('Client', 'Producer', 'Consumer'), [SpanAttributes]))[1] AS side
    FROM assay_decoded_spans
    WHERE Stage != 'filtered'
)
