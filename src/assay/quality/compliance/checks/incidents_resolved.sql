-- kind: check
-- why: an incident does not stay open for longer than a week
-- next: resolve the incident, and report its end if it is over with `assay incident resolved`
-- reads: assay_event_records, assay_early_resolutions
-- gives: one row per incident that was opened in the window, with its id; finding is empty where nothing is wrong
WITH resolved AS
(
    SELECT Subject FROM assay_event_records FINAL
    WHERE NOT Retracted AND EventName = 'qms.incident.resolved' AND EventId NOT IN (SELECT EventId FROM assay_early_resolutions)
)
SELECT
    Service AS service, Environment AS environment, Subject AS subject,
    if(Subject NOT IN (SELECT Subject FROM resolved) AND Time < fromUnixTimestamp64Nano({end:Int64}) - INTERVAL 7 DAY, 'open for more than 7 days', '') AS finding
FROM assay_event_records FINAL
WHERE NOT Retracted AND EventName = 'qms.incident.opened' AND Time >= fromUnixTimestamp64Nano({start:Int64}) AND Time < fromUnixTimestamp64Nano({end:Int64})
