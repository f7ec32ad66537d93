-- kind: rule
-- why: more names than anybody can read are a sign of something in them that differs; beyond 300 the service metrics put the rest together
-- reads: assay_service_metrics_within, which has the names of all spans, before any sampling
-- gives: one row per service that the rule applies to: how many were checked, how many of them found wrong, and the worst offenders (subject, instead, times,
--         traces)
-- title: A service has at most 200 names of spans
-- topic: names
-- weight: 5
-- looks_at: the names of the service's spans, all of them
-- change: Look for what differs in the names, and put it into attributes.
SELECT ServiceName AS service, 1 AS checked, toUInt8(uniqExact(SpanName) > 200) AS found,
    if(found = 0, [], [(concat(toString(uniqExact(SpanName)), ' names of spans, such as ', arrayStringConcat(groupUniqArray(3)(SpanName), ', ')),
        'put what differs into attributes', toUInt64(uniqExact(SpanName)), groupUniqArray(3)(tupleElement(Slowest, 'TraceId')))]) AS offenders
FROM assay_service_metrics_within(start = {start:Int64}, end = {end:Int64})
WHERE {service:String} = '' OR ServiceName = {service:String}
GROUP BY service
ORDER BY service
