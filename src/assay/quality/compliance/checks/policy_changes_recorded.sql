-- kind: check
-- why: no policy changes without an audit record
-- next: see whether intake ran at that time; changes are told again at the next start
-- reads: assay_policy_versions, assay_event_records
-- gives: one row per change of policies, with the version, but for the last two minutes; finding is empty where an audit record tells of it
SELECT
    '' AS service, '' AS environment, concat(Version, ' at ', formatDateTime(AppliedAt, '%Y-%m-%d %H:%i:%S UTC', 'UTC')) AS subject,
    if(concat('audit/policies/', toString(toUnixTimestamp64Micro(AppliedAt))) IN
        (SELECT EventId FROM assay_event_records FINAL WHERE EventName = 'qms.audit.recorded' AND startsWith(EventId, 'audit/policies/') AND NOT Retracted), '', 'no audit record') AS finding
FROM assay_policy_versions
WHERE AppliedAt >= fromUnixTimestamp64Nano({start:Int64}) AND AppliedAt < fromUnixTimestamp64Nano({end:Int64}) - INTERVAL 2 MINUTE
