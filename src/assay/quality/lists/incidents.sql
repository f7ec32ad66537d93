-- kind: list
-- why: the incidents behind a duration or a failure rate
-- reads: assay_delivery_facts, assay_event_records, assay_early_resolutions
-- gives: one row per incident that was opened, resolved or open in the window, the newest first; caused_by are (deployment, method, confidence)
WITH
    fromUnixTimestamp64Nano({start:Int64}, 'UTC') AS start, fromUnixTimestamp64Nano({end:Int64}, 'UTC') AS end,
    chosen AS
    (
        SELECT *, Key AS IncidentKey FROM assay_delivery_facts
        WHERE Generation = (SELECT max(Generation) FROM assay_delivery_facts WHERE Fact = 'complete') AND Fact = 'incident'
            AND ({service:String} = '' OR Service = {service:String}) AND ({team:String} = '' OR Team = {team:String})
            AND ({environment:String} = '' OR Environment = {environment:String})
            AND ifNull(OpenedAt, ResolvedAt) < end AND ifNull(ResolvedAt, end) >= start
        ORDER BY OpenedAt DESC, IncidentKey
        LIMIT {limit:UInt32}
    ),
    causes AS
    (
        SELECT reason.4 AS incident, groupArray((Key, toString(reason.1), if(reason.1 = 'window', 0.5 * (1 - reason.3 / {link_seconds:UInt32}), reason.2))) AS links
        FROM assay_delivery_facts
        ARRAY JOIN arrayFilter(each -> each.4 != 0 AND each.3 < {link_seconds:UInt32}, arrayZip(`Reasons.Method`, `Reasons.Confidence`, `Reasons.Gap`, `Reasons.IncidentKey`)) AS reason
        WHERE Generation = (SELECT max(Generation) FROM assay_delivery_facts WHERE Fact = 'complete') AND Fact = 'failure'
        GROUP BY incident
    ),
    names AS
    (
        SELECT mapFromArrays(groupArray(sipHash64(Subject)), groupArray(Subject)) AS by_key
        FROM (
            SELECT DISTINCT Subject FROM assay_event_records
            WHERE EventName = 'qms.deployment.finished' AND sipHash64(Subject) IN (SELECT arrayJoin(links.1) FROM causes WHERE incident IN (SELECT IncidentKey FROM chosen)))
    ),
    told AS
    (
        SELECT sipHash64(Subject) AS key, any(Subject) AS id, argMaxIf(Severity, EventName, Severity != '') AS severity,
            argMaxIf(Attributes['qms.incident.title'], EventName, Attributes['qms.incident.title'] != '') AS title,
            argMaxIf(Attributes['qms.incident.url'], EventName, Attributes['qms.incident.url'] != '') AS url
        FROM assay_event_records FINAL
        WHERE EventName IN ('qms.incident.opened', 'qms.incident.resolved') AND sipHash64(Subject) IN (SELECT IncidentKey FROM chosen) AND NOT Retracted
            AND EventId NOT IN (SELECT EventId FROM assay_early_resolutions)
        GROUP BY Subject
    )
SELECT
    told.id AS id, chosen.Service AS service, chosen.Team AS team, chosen.Environment AS environment,
    concat(formatDateTime(OpenedAt, '%Y-%m-%dT%H:%i:%S', 'UTC'), 'Z') AS opened_at, concat(formatDateTime(ResolvedAt, '%Y-%m-%dT%H:%i:%S', 'UTC'), 'Z') AS resolved_at,
    dateDiff('millisecond', OpenedAt, ResolvedAt) / 1000 AS seconds, told.severity AS severity, told.title AS title, chosen.Cause AS cause,
    arrayMap(link -> ((SELECT by_key FROM names)[link.1], link.2, link.3), links) AS caused_by, told.url AS url
FROM chosen
INNER JOIN told ON told.key = chosen.IncidentKey
LEFT JOIN causes ON causes.incident = chosen.IncidentKey
ORDER BY OpenedAt DESC, IncidentKey
