-- kind: question
-- why: the events that meet all conditions, the newest first
-- reads: assay_events
-- gives: one row per event, as it was corrected last; the list goes on behind (end - 1, from_id). An id is looked for at all times
SELECT
    toUnixTimestamp64Nano(Time) AS time_ns, EventName AS name, EventId AS id, Service AS service, Environment AS environment, Team AS team,
    Status AS status, Subject AS subject, Source AS source, Inferred AS inferred, Body AS body,
    toUnixTimestamp64Nano(Observed) AS observed_ns, toUnixTimestamp64Micro(ReceivedAt) * 1000 AS received_ns,
    mapKeys(Attributes) AS keys, mapValues(Attributes) AS texts
FROM assay_events
WHERE ({id:String} = '' OR EventId = {id:String})
    AND ({id:String} != '' OR (Time >= fromUnixTimestamp64Nano({start:Int64}) AND Time < fromUnixTimestamp64Nano({end:Int64})))
    AND ({name:String} = '' OR EventName = {name:String})
    AND ({service:String} = '' OR Service = {service:String})
    AND ({environment:String} = '' OR Environment = assay_environment({environment:String}))
    AND ({subject:String} = '' OR Subject = {subject:String})
    AND ({from_id:String} = '' OR Time < fromUnixTimestamp64Nano({end:Int64} - 1) OR EventId < {from_id:String})
ORDER BY Time DESC, EventId DESC
LIMIT {limit:UInt32}
