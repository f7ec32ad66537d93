-- kind: encoding
-- why: Fluentd takes log records as a time and a map
-- reads: page: log records
-- gives: seconds and nanoseconds of the time, and the record as JSON
SELECT
    toInt64(toUnixTimestamp64Second(Timestamp)) AS Seconds,
    toUInt32(positiveModulo(toUnixTimestamp64Nano(Timestamp), 1000000000)) AS Nanoseconds,
    assay_json_object(mapFilter((_, text) -> text != '', map(
        'message', if(BodyType = 'empty', '', assay_json_value(Body, toString(BodyType))),
        'severity', if(SeverityText = '', '', toJSONString(toString(SeverityText))),
        'severity_number', if(SeverityNumber = 0, '', toString(SeverityNumber)),
        'event_name', if(EventName = '', '', toJSONString(EventName)),
        'trace_id', if(TraceId = '', '', toJSONString(TraceId)),
        'span_id', if(SpanId = '', '', toJSONString(SpanId)),
        'service', if(ServiceName = '', '', toJSONString(toString(ServiceName))),
        'attributes', if(empty(LogAttributes), '', assay_json_object(assay_json_values(LogAttributes, LogAttributeTypes))),
        'resource', if(empty(ResourceAttributes), '', assay_json_object(assay_json_values(ResourceAttributes, ResourceAttributeTypes))),
        'scope', if(ScopeName = '', '', toJSONString(ScopeName))
    ))) AS Record
FROM page
ORDER BY Timestamp
SETTINGS max_threads = 1
