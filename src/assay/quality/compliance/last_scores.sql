-- kind: series
-- why: the score of each framework as it is now
-- reads: assay_event_records
-- gives: one row per framework that was assessed: the score of the newest assessment, null if nothing could be assessed; and when the last was
--        that a schedule made, in nanoseconds since 1970, 0 if none was
SELECT
    Attributes['qms.compliance.framework'] AS framework,
    toFloat64OrNull(argMax(Attributes['qms.compliance.score'], (Time, EventId))) AS score,
    maxIf(toUnixTimestamp64Nano(Time), Attributes['qms.compliance.scheduled'] = 'true') AS scheduled_ns
FROM assay_event_records FINAL
WHERE EventName = 'qms.compliance.assessed' AND NOT Retracted
GROUP BY framework
ORDER BY framework
