-- kind: check
-- why: nobody can report deployments and incidents in somebody else's name
-- next: configure a secret for the sender, and take it out of receivers.webhooks.unsigned
-- reads: assay_event_records, the setting receivers.webhooks.unsigned
-- gives: one row per sender of webhooks that is believed without a signature, or that sent events; finding is empty where its messages are verified
SELECT '' AS service, '' AS environment, sender AS subject, if(max(unsigned) > 0, 'believed without a secret', '') AS finding
FROM
(
    SELECT arrayJoin(splitByChar(',', {settings:Map(String, String)}['receivers.webhooks.unsigned'])) AS sender, 1 AS unsigned
    UNION ALL
    SELECT DISTINCT substring(Source, length('webhook/') + 1), 0
    FROM assay_event_records FINAL
    WHERE NOT Retracted AND startsWith(Source, 'webhook/') AND Time >= fromUnixTimestamp64Nano({start:Int64}) AND Time < fromUnixTimestamp64Nano({end:Int64})
)
WHERE sender != ''
GROUP BY sender
