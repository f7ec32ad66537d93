-- kind: encoding
-- why: somebody watches a console
-- reads: page
-- gives: one line for people: time, service, severity, event and body of a log record; control characters are spaces
SELECT concat(formatDateTime(Timestamp, '%H:%i:%S.%f'), '  ', ServiceName, '  ', SeverityText, '  ', EventName, '  ', toValidUTF8(replaceRegexpAll(Body, '[[:cntrl:]]', ' ')))
FROM page
ORDER BY Timestamp
