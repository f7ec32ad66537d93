-- kind: check
-- why: what a quality gate has refused is not deployed all the same
-- next: let the pipeline stop where `assay gate check` exits with 1; see who deployed past it and why
-- reads: assay_events, assay_event_records
-- gives: one row per deployment to production that succeeded and whose version a quality gate was asked about before, with its id; finding is empty
--        where no gate had refused it at its last word
WITH said AS
(
    SELECT toString(Service) AS Service, toString(Version) AS Version, Attributes['qms.quality_gate.name'] AS gate, Time, Status = 'failed' AS refused
    FROM assay_event_records FINAL
    WHERE NOT Retracted AND EventName = 'qms.quality_gate.evaluated' AND Attributes['qms.criteria'] = '' AND Version != '' AND Time < fromUnixTimestamp64Nano({end:Int64})
)
SELECT
    service, 'production' AS environment, subject,
    if(max(refused) > 0, concat('refused by ', arrayStringConcat(arraySort(groupArrayIf(gate, refused)), ', ')), '') AS finding
FROM
(
    SELECT toString(deployed.Service) AS service, deployed.Subject AS subject, said.gate AS gate, argMax(said.refused, said.Time) AS refused
    FROM assay_events AS deployed INNER JOIN said ON said.Service = toString(deployed.Service) AND said.Version = toString(deployed.Version)
    WHERE deployed.EventName = 'qms.deployment.finished' AND deployed.Environment = 'production' AND deployed.Status = 'succeeded' AND said.Time <= deployed.Time
        AND deployed.Time >= fromUnixTimestamp64Nano({start:Int64}) AND deployed.Time < fromUnixTimestamp64Nano({end:Int64})
    GROUP BY service, subject, gate
)
GROUP BY service, subject
