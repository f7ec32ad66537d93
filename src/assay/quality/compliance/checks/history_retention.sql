-- kind: check
-- why: how services did a year ago can be told
-- next: set retention.service_metrics_days to 365 or more
-- reads: the setting retention.service_metrics_days
-- gives: one row; finding is empty where nothing is wrong
SELECT
    '' AS service, '' AS environment, 'retention.service_metrics_days' AS subject,
    if(toUInt32OrZero({settings:Map(String, String)}['retention.service_metrics_days']) < 365,
        concat('kept for ', {settings:Map(String, String)}['retention.service_metrics_days'], ' days'), '') AS finding
