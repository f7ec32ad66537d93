-- kind: encoding
-- why: Elasticsearch and OpenSearch take documents; this form is that of the Collector's exporter with mapping mode otel
-- reads: page: spans
-- gives: for each span its document, and the documents of its events, which go where logs go
WITH
    resource AS
    (
        SELECT
            *,
            map(
                'resource', concat('{"attributes":', assay_json_object(assay_json_values(ResourceAttributes, ResourceAttributeTypes)), ',"schema_url":', toJSONString(toString(ResourceSchemaUrl)), '}'),
                'scope', concat('{"name":', toJSONString(ScopeName), ',"version":', toJSONString(ScopeVersion), ',"attributes":', assay_json_object(assay_json_values(ScopeAttributes, ScopeAttributeTypes)), '}'),
                'trace_id', toJSONString(TraceId), 'span_id', toJSONString(SpanId)) AS Origin
        FROM page
    )
SELECT
    assay_json_object(mapUpdate(Origin, mapFilter((_, text) -> text != '', map(
        '@timestamp', assay_json_time(Timestamp),
        'trace_state', if(TraceState = '', '', toJSONString(TraceState)),
        'parent_span_id', if(ParentSpanId = '', '', toJSONString(ParentSpanId)),
        'name', toJSONString(toString(SpanName)),
        'kind', toJSONString(toString(SpanKind)),
        'duration', toString(Duration),
        'attributes', assay_json_object(assay_json_values(SpanAttributes, SpanAttributeTypes)),
        'dropped_attributes_count', if(DroppedAttributesCount = 0, '', toString(DroppedAttributesCount)),
        'dropped_events_count', if(DroppedEventsCount = 0, '', toString(DroppedEventsCount)),
        'dropped_links_count', if(DroppedLinksCount = 0, '', toString(DroppedLinksCount)),
        'status', concat('{"code":', toJSONString(toString(StatusCode)), if(StatusMessage = '', '', concat(',"message":', toJSONString(StatusMessage))), '}'),
        'links', if(empty(`Links.TraceId`), '', concat('[', arrayStringConcat(arrayMap(
            (trace, span, state, attributes, types) -> assay_json_object(map(
                'trace_id', toJSONString(trace), 'span_id', toJSONString(span), 'trace_state', toJSONString(state), 'attributes', assay_json_object(assay_json_values(attributes, types)))),
            `Links.TraceId`, `Links.SpanId`, `Links.TraceState`, `Links.Attributes`, `Links.AttributeTypes`), ','), ']'))
    )))) AS Document,
    arrayMap(
        (time, name, attributes, types) -> assay_json_object(mapUpdate(Origin, map(
            '@timestamp', assay_json_time(fromUnixTimestamp64Nano(toInt64(time))),
            'event_name', toJSONString(toString(name)),
            'attributes', assay_json_object(assay_json_values(attributes, types))))),
        EventTimesUnixNano, `Events.Name`, `Events.Attributes`, `Events.AttributeTypes`) AS EventDocuments
FROM resource
ORDER BY Timestamp
SETTINGS max_threads = 1
