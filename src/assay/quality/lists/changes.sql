-- kind: list
-- why: the commits behind a lead time
-- reads: assay_delivery_facts, assay_event_records
-- gives: one row per commit and service that was deployed in the window, those that took longest first
WITH chosen AS
(
    SELECT Key, Time, Service, Team, Environment, Seconds
    FROM assay_delivery_facts
    WHERE Generation = (SELECT max(Generation) FROM assay_delivery_facts WHERE Fact = 'complete') AND Fact = 'lead'
        AND Time >= fromUnixTimestamp64Nano({start:Int64}) AND Time < fromUnixTimestamp64Nano({end:Int64})
        AND ({service:String} = '' OR Service = {service:String}) AND ({team:String} = '' OR Team = {team:String})
        AND ({environment:String} = '' OR Environment = {environment:String})
    ORDER BY Seconds DESC, Time, Key
    LIMIT {limit:UInt32}
)
SELECT
    told.Subject AS revision, told.EventId AS event_id, concat(formatDateTime(told.Time, '%Y-%m-%dT%H:%i:%S', 'UTC'), 'Z') AS committed_at,
    concat(formatDateTime(chosen.Time, '%Y-%m-%dT%H:%i:%S', 'UTC'), 'Z') AS deployed_at,
    chosen.Service AS service, chosen.Team AS team, chosen.Environment AS environment, chosen.Seconds AS lead_seconds, told.Attributes['vcs.change.title'] AS title
FROM chosen
INNER JOIN (
    SELECT * FROM assay_event_records FINAL
    WHERE EventName = 'qms.change.committed' AND sipHash64(Subject) IN (SELECT Key FROM chosen) AND NOT Retracted
) AS told ON sipHash64(told.Subject) = chosen.Key
ORDER BY lead_seconds DESC, chosen.Time, chosen.Key
