-- kind: encoding
-- why: somebody watches a console
-- reads: page
-- gives: one line for people: time, service, name, duration, status and trace of a span; control characters are spaces
SELECT concat(formatDateTime(Timestamp, '%H:%i:%S.%f'), '  ', ServiceName, '  ', toValidUTF8(replaceRegexpAll(SpanName, '[[:cntrl:]]', ' ')), '  ', toString(round(Duration / 1e6, 3)), ' ms  ', StatusCode, '  ', TraceId)
FROM page
ORDER BY Timestamp
