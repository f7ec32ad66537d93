-- kind: encoding
-- why: Zipkin takes spans as JSON (openzipkin/zipkin-api, zipkin2-api.yaml; OpenTelemetry specification, trace/sdk_exporters/zipkin.md)
-- reads: page: spans
-- gives: for each span whether it has ids, without which Zipkin refuses all that come with it, and the JSON of a span of Zipkin v2;
--        attributes of the resource are tags too, and so are links, as the Collector writes them
WITH
    (trace, span) -> match(trace, '[1-9a-f]') AND match(span, '[1-9a-f]') AS has_ids,
    -- The first of these that is there says who was called.
    ['service.peer.name', 'peer.service', 'server.address', 'net.peer.name', 'network.peer.address', 'server.socket.domain', 'server.socket.address',
        'net.sock.peer.name', 'net.sock.peer.addr', 'peer.hostname', 'peer.address', 'db.name'] AS peers,
    called AS
    (
        SELECT
            *,
            if(SpanKind IN ('Client', 'Producer'), arrayFirst(name -> SpanAttributes[name] != '', peers), '') AS PeerName,
            SpanAttributes[PeerName] AS Peer,
            toUInt16OrZero(SpanAttributes[transform(PeerName, ['network.peer.address', 'server.socket.address', 'net.sock.peer.addr'],
                ['network.peer.port', 'server.socket.port', 'net.sock.peer.port'], '')]) AS PeerPort,
            if(PeerName IN ('network.peer.address', 'server.socket.address', 'net.sock.peer.addr'), multiIf(isIPv4String(Peer), 'ipv4', isIPv6String(Peer), 'ipv6', 'serviceName'), 'serviceName') AS PeerField,
            mapUpdate(
                mapUpdate(
                    mapFilter((name, _) -> name != 'service.name', CAST(ResourceAttributes, 'Map(String, String)')),
                    CAST(SpanAttributes, 'Map(String, String)')),
                mapFilter((_, value) -> value != '', map(
                    'otel.scope.name', ScopeName, 'otel.scope.version', ScopeVersion, 'w3c.tracestate', TraceState,
                    'otel.status_code', if(StatusCode = 'Unset', '', upper(StatusCode))))) AS Named,
            mapFromArrays(
                arrayMap(place -> concat('otlp.link.', toString(place - 1)), arrayEnumerate(`Links.TraceId`)),
                arrayMap((trace, span, state, attributes, dropped) -> concat(trace, '|', span, '|', state, '|', toJSONString(attributes), '|', toString(dropped)),
                    `Links.TraceId`, `Links.SpanId`, `Links.TraceState`, `Links.Attributes`, `Links.DroppedAttributesCount`)) AS Linked
        FROM page
    )
SELECT
    has_ids(TraceId, SpanId) AS HasIds,
    concat(
        '{"traceId":"', TraceId, '","id":"', SpanId, '"',
        if(match(ParentSpanId, '[1-9a-f]'), concat(',"parentId":"', ParentSpanId, '"'), ''),
        if(SpanName = '', '', concat(',"name":', toJSONString(SpanName))),
        if(SpanKind IN ('Server', 'Client', 'Producer', 'Consumer'), concat(',"kind":"', upper(SpanKind), '"'), ''),
        if(StartTimeUnixNano < 1000, '', concat(',"timestamp":', toString(intDiv(StartTimeUnixNano, 1000)))),
        ',"duration":', toString(greatest(1, intDiv(Duration, 1000))),
        if(ServiceName = '', '', concat(',"localEndpoint":{"serviceName":', toJSONString(ServiceName), '}')),
        if(PeerName = '', '', concat(',"remoteEndpoint":{"', PeerField, '":', toJSONString(Peer), if(PeerPort = 0, '', concat(',"port":', toString(PeerPort))), '}')),
        if(empty(EventTimesUnixNano), '', concat(',"annotations":[', arrayStringConcat(arrayMap(
            (time, name, attributes) -> concat('{"timestamp":', toString(intDiv(time, 1000)), ',"value":',
                toJSONString(if(empty(attributes), name, concat(toJSONString(name), ': ', toJSONString(attributes)))), '}'),
            EventTimesUnixNano, `Events.Name`, `Events.Attributes`), ','), ']')),
        ',"tags":', toJSONString(mapUpdate(mapUpdate(Named, Linked), if(StatusCode = 'Error', map('error', StatusMessage), map()))),
        '}') AS Span
FROM called
SETTINGS max_threads = 1
