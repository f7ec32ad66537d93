-- kind: check
-- why: what others rely on reaches them in time
-- next: see `assay exporters list` for what the destination answers, and mend that; nothing is lost until then
-- reads: how long the oldest row of each exporter waits
-- gives: one row per exporter and signal; finding is empty where nothing waits for longer than 15 minutes
SELECT
    '' AS service, '' AS environment, tupleElement(pair, 1) AS subject,
    if(tupleElement(pair, 2) > 900, concat(toString(intDiv(tupleElement(pair, 2), 60)), ' minutes behind'), '') AS finding
FROM (SELECT arrayJoin(CAST({exporter_lag_seconds:Map(String, Float64)}, 'Array(Tuple(String, Float64))')) AS pair)
