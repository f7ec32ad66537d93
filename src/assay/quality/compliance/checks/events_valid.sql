-- kind: check
-- why: events that services report count, because they fit the registry
-- next: see what was wrong with `assay events invalid`, and send what the registry demands
-- reads: assay_event_records, assay_unfit_events
-- gives: one row per service that reported events; finding is empty where none of them was set aside
SELECT service, '' AS environment, '' AS subject, if(sum(invalid) > 0, concat(toString(sum(invalid)), ' of ', toString(count()), ' events do not fit the registry'), '') AS finding
FROM
(
    SELECT toString(Service) AS service, 0 AS invalid FROM assay_event_records FINAL
    WHERE Time >= fromUnixTimestamp64Nano({start:Int64}) AND Time < fromUnixTimestamp64Nano({end:Int64})
        AND EventId NOT IN (SELECT EventId FROM assay_unfit_events WHERE IsEarly)
    UNION ALL
    SELECT toString(Service), 1 FROM assay_unfit_events
    WHERE Time >= fromUnixTimestamp64Nano({start:Int64}) AND Time < fromUnixTimestamp64Nano({end:Int64})
)
GROUP BY service
