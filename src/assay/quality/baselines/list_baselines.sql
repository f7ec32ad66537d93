-- kind: question
-- why: which baselines there are, whether they still hold, and what they keep
-- reads: assay_event_records
-- gives: a row per baseline, the one taken last first; expired_ns is when somebody ended it before its time, 0 if nobody did. Body is empty unless asked for
WITH ended AS
(
    SELECT Attributes['qms.baseline.id'] AS id, toUnixTimestamp64Nano(min(Time)) AS expired_ns, argMin(Attributes['qms.baseline.reason'], Time) AS reason
    FROM assay_event_records FINAL
    WHERE EventName = 'qms.baseline.expired' AND NOT Retracted
    GROUP BY id
)
SELECT
    taken.Attributes AS attributes, toString(taken.Service) AS service, toUnixTimestamp64Nano(taken.Time) AS taken_ns, ended.expired_ns AS expired_ns,
    ended.reason AS reason, if({with_body:Bool}, taken.Body, '') AS body
FROM (SELECT * FROM assay_event_records FINAL WHERE EventName = 'qms.baseline.taken' AND NOT Retracted) AS taken
LEFT JOIN ended ON ended.id = taken.Attributes['qms.baseline.id']
WHERE (empty({id:String}) OR taken.Attributes['qms.baseline.id'] = {id:String})
    AND (empty({kind:String}) OR taken.Attributes['qms.baseline.kind'] = {kind:String})
    AND (empty({service:String}) OR taken.Service = {service:String})
    AND (empty({environment:String}) OR taken.Environment = assay_environment({environment:String}))
    AND ({any_operation:Bool} OR taken.Attributes['qms.baseline.operation'] = {operation:String})
    AND (empty({not_version:String}) OR taken.Attributes['service.version'] != {not_version:String})
    AND taken.Time <= fromUnixTimestamp64Nano({at:Int64}, 'UTC')
    AND ({expired_too:Bool} OR (ended.expired_ns = 0
        AND ifNull(parseDateTime64BestEffortOrNull(taken.Attributes['qms.baseline.expires_at'], 9, 'UTC') > fromUnixTimestamp64Nano({at:Int64}, 'UTC'), true)))
ORDER BY taken.Time DESC, taken.EventId
LIMIT {limit:UInt32}
