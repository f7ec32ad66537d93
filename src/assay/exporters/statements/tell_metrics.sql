-- kind: encoding
-- why: somebody watches a console
-- reads: page
-- gives: one line for people: time, service, name and attributes of a data point; control characters are spaces
SELECT concat(toString(fromUnixTimestamp64Nano(toInt64(TimeUnixNano))), '  ', ServiceName, '  ', toValidUTF8(replaceRegexpAll(MetricName, '[[:cntrl:]]', ' ')), '  ', replaceRegexpAll(toString(Attributes), '[[:cntrl:]]', ' '))
FROM page
ORDER BY TimeUnixNano
