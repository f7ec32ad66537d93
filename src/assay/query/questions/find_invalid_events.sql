-- kind: question
-- why: an event that does not fit is shown with its reasons, so that its sender can be mended
-- reads: assay_unfit_events, assay_event_records
-- gives: one row per record that came in the time range, the newest first; corrected says that a good event with its id is known
SELECT
    toUnixTimestamp64Micro(ReceivedAt) * 1000 AS received_ns, toUnixTimestamp64Nano(Time) AS time_ns, EventName AS name, EventId AS id,
    Service AS service, Environment AS environment, TraceId AS trace_id, mapKeys(Attributes) AS keys, mapValues(Attributes) AS texts,
    arrayMap(problem -> problem.1, Problems) AS codes, arrayMap(problem -> problem.2, Problems) AS about,
    NOT IsEarly AND (EventName, EventId) IN (SELECT EventName, EventId FROM assay_event_records
        WHERE (EventName, EventId) IN (SELECT EventName, EventId FROM assay_invalid_events)) AS corrected
FROM assay_unfit_events
WHERE ReceivedAt >= fromUnixTimestamp64Nano({start:Int64}) AND ReceivedAt < fromUnixTimestamp64Nano({end:Int64})
    AND ({name:String} = '' OR EventName = {name:String})
    AND ({service:String} = '' OR Service = {service:String})
ORDER BY ReceivedAt DESC, EventId
LIMIT {limit:UInt32}
