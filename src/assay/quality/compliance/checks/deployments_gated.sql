-- kind: check
-- why: what reaches production was let through by a quality gate
-- reads: assay_events
-- gives: one row per deployment to production that succeeded, with its id; finding is empty where nothing is wrong
WITH passed AS
(
    SELECT Service, Version, Attributes['deployment.id'] AS deployment
    FROM assay_events
    WHERE EventName = 'qms.quality_gate.evaluated' AND Status = 'passed' AND Time < fromUnixTimestamp64Nano({end:Int64})
)
SELECT
    Service AS service, Environment AS environment, Subject AS subject,
    if((Service, Version) IN (SELECT Service, Version FROM passed WHERE Version != '') OR Subject IN (SELECT deployment FROM passed WHERE deployment != ''),
        '', 'no passed quality gate of this version or deployment') AS finding
FROM (SELECT * FROM assay_events WHERE EventName = 'qms.deployment.finished' AND Environment = 'production' AND Status = 'succeeded' AND Time >= fromUnixTimestamp64Nano({start:Int64}) AND Time < fromUnixTimestamp64Nano({end:Int64}))
