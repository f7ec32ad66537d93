-- kind: check
-- why: audit records and other events are kept for at least a year
-- next: set retention.events_days to 365 or more
-- reads: the setting retention.events_days
-- gives: one row; finding is empty where nothing is wrong
SELECT
    '' AS service, '' AS environment, 'retention.events_days' AS subject,
    if(toUInt32OrZero({settings:Map(String, String)}['retention.events_days']) < 365, concat('kept for ', {settings:Map(String, String)}['retention.events_days'], ' days'), '') AS finding
