-- kind: encoding
-- why: Elasticsearch's own views read documents of the Elastic Common Schema
-- reads: page: log records
-- gives: a document for each; an attribute that is among `known` is the field in the same place of `fields`, and others are labels, whose names
--        have no dots, so that no two fields contradict each other
WITH
    attributed AS
    (
        SELECT *, mapUpdate(CAST(ResourceAttributes, 'Map(String, String)'), CAST(LogAttributes, 'Map(String, String)')) AS Given
        FROM page
    )
SELECT assay_json_object(mapUpdate(
    mapApply((name, text) -> (if(has({known:Array(String)}, name), {fields:Array(String)}[indexOf({known:Array(String)}, name)], concat('labels.', replaceRegexpAll(name, '[^0-9A-Za-z_-]', '_'))), toJSONString(text)), Given),
    mapFilter((_, text) -> text != '', map(
        '@timestamp', assay_json_time(Timestamp),
        'message', if(BodyType = 'empty', '', toJSONString(Body)),
        'log.level', if(SeverityText = '', '', toJSONString(toString(SeverityText))),
        'event.severity', if(SeverityNumber = 0, '', toString(SeverityNumber)),
        'event.action', if(EventName = '', '', toJSONString(EventName)),
        'trace.id', if(TraceId = '', '', toJSONString(TraceId)),
        'span.id', if(SpanId = '', '', toJSONString(SpanId)),
        'ecs.version', '"8.17"'
    )))) AS Document
FROM attributed
ORDER BY Timestamp
SETTINGS max_threads = 1
