-- kind: question
-- why: an incident cannot be resolved before it was opened, and the two may be told apart in time
-- reads: assay_events
-- gives: one row per event of the named incidents: name, incident, id and time
SELECT EventName AS name, Subject AS incident, EventId AS id, toUnixTimestamp64Nano(Time) AS time_ns
FROM assay_events
WHERE EventName IN ('qms.incident.opened', 'qms.incident.resolved') AND Subject IN {incidents:Array(String)}
