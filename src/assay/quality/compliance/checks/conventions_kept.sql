-- kind: check
-- why: telemetry keeps to the conventions, so that others can read it: `assay doctor` scores the service with at least 75
-- next: ask `assay doctor --service NAME` what costs the score, and change the worst of it
-- reads: the scores of `assay doctor`
-- gives: one row per service with a score; finding is empty where nothing is wrong
SELECT tupleElement(pair, 1) AS service, '' AS environment, '' AS subject, if(tupleElement(pair, 2) < 75, concat('scores ', toString(tupleElement(pair, 2))), '') AS finding
FROM (SELECT arrayJoin(CAST({conventions:Map(String, Float64)}, 'Array(Tuple(String, Float64))')) AS pair)
