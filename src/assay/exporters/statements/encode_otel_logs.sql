-- kind: encoding
-- why: Elasticsearch and OpenSearch take documents; this form is that of the Collector's exporter with mapping mode otel
-- reads: page: log records
-- gives: a document for each
SELECT assay_json_object(mapFilter((_, text) -> text != '', map(
    '@timestamp', assay_json_time(Timestamp),
    'observed_timestamp', if(ObservedTimeUnixNano = 0, '', assay_json_time(ObservedTimestamp)),
    'severity_text', if(SeverityText = '', '', toJSONString(toString(SeverityText))),
    'severity_number', if(SeverityNumber = 0, '', toString(SeverityNumber)),
    'trace_id', if(TraceId = '', '', toJSONString(TraceId)),
    'span_id', if(SpanId = '', '', toJSONString(SpanId)),
    'event_name', if(EventName = '', '', toJSONString(EventName)),
    'body', multiIf(BodyType = 'empty', '', BodyType IN ('map', 'array'), concat('{"structured":', if(BodyType = 'map', Body, concat('{"value":', Body, '}')), '}'), concat('{"text":', toJSONString(Body), '}')),
    'attributes', assay_json_object(assay_json_values(LogAttributes, LogAttributeTypes)),
    'dropped_attributes_count', if(DroppedAttributesCount = 0, '', toString(DroppedAttributesCount)),
    'resource', concat('{"attributes":', assay_json_object(assay_json_values(ResourceAttributes, ResourceAttributeTypes)), ',"schema_url":', toJSONString(toString(ResourceSchemaUrl)), '}'),
    'scope', concat('{"name":', toJSONString(ScopeName), ',"version":', toJSONString(toString(ScopeVersion)), ',"attributes":', assay_json_object(assay_json_values(ScopeAttributes, ScopeAttributeTypes)), '}')
))) AS Document
FROM page
ORDER BY Timestamp
SETTINGS max_threads = 1
