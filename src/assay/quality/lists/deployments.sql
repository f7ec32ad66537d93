-- kind: list
-- why: the deployments behind a frequency, a failure rate or a rework rate
-- reads: assay_delivery_facts, assay_event_records
-- gives: one row per deployment that ended in the window, the newest first; reasons are (method, confidence, incident, deployment that repaired it, end)
WITH
    chosen AS
    (
        SELECT
            Key, Time, Service, Team, Environment, Succeeded, IsRework,
            arrayFilter(reason -> reason.3 < {link_seconds:UInt32}, arrayZip(`Reasons.Method`, `Reasons.Confidence`, `Reasons.Gap`, `Reasons.IncidentKey`, `Reasons.RemedyKey`, `Reasons.EndedAt`)) AS reasons
        FROM assay_delivery_facts
        WHERE Generation = (SELECT max(Generation) FROM assay_delivery_facts WHERE Fact = 'complete') AND Fact = 'deployment'
            AND Time >= fromUnixTimestamp64Nano({start:Int64}) AND Time < fromUnixTimestamp64Nano({end:Int64})
            AND ({service:String} = '' OR Service = {service:String}) AND ({team:String} = '' OR Team = {team:String})
            AND ({environment:String} = '' OR Environment = {environment:String})
            AND (NOT {only_failed:Bool} OR notEmpty(reasons)) AND (NOT {only_rework:Bool} OR IsRework)
        ORDER BY Time DESC, Key
        LIMIT {limit:UInt32}
    ),
    names AS
    (
        SELECT mapFromArrays(groupArray(sipHash64(Subject)), groupArray(Subject)) AS by_key
        FROM (
            SELECT DISTINCT Subject FROM assay_event_records
            WHERE EventName IN ('qms.deployment.finished', 'qms.incident.opened', 'qms.incident.resolved')
                AND sipHash64(Subject) IN (SELECT arrayJoin(arrayConcat(reasons.4, reasons.5)) FROM chosen))
    ),
    told AS
    (
        SELECT * FROM assay_event_records FINAL
        WHERE EventName = 'qms.deployment.finished' AND sipHash64(Subject) IN (SELECT Key FROM chosen) AND NOT Retracted
    )
SELECT
    told.Subject AS id, told.EventId AS event_id, concat(formatDateTime(chosen.Time, '%Y-%m-%dT%H:%i:%S', 'UTC'), 'Z') AS time,
    chosen.Service AS service, chosen.Team AS team, chosen.Environment AS environment, told.Version AS version, told.CommitRevision AS revision,
    Succeeded AS succeeded, IsRework AS is_rework,
    arrayMap(reason -> (toString(reason.1), if(reason.1 = 'window', 0.5 * (1 - reason.3 / {link_seconds:UInt32}), reason.2), (SELECT by_key FROM names)[reason.4], (SELECT by_key FROM names)[reason.5],
        concat(formatDateTime(reason.6, '%Y-%m-%dT%H:%i:%S', 'UTC'), 'Z')), reasons) AS reasons,
    told.Attributes['cicd.pipeline.run.url.full'] AS url
FROM chosen
INNER JOIN told ON sipHash64(told.Subject) = chosen.Key AND told.Time = chosen.Time
ORDER BY chosen.Time DESC, chosen.Key
