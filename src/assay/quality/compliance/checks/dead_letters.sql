-- kind: check
-- why: what was taken from senders is stored
-- next: see why they could not be stored with `assay status`, mend the sender, and let it send them again
-- reads: how many items of each signal became dead letters in the window
-- gives: one row per signal; finding is empty where there are none
SELECT
    '' AS service, '' AS environment, tupleElement(pair, 1) AS subject,
    if(tupleElement(pair, 2) > 0, concat(toString(tupleElement(pair, 2)), ' items could not be stored'), '') AS finding
FROM (SELECT arrayJoin(CAST({dead_items:Map(String, UInt64)}, 'Array(Tuple(String, UInt64))')) AS pair)
