-- kind: check
-- why: a deployment is reported by whoever made it
-- next: report it in the pipeline with `assay deployment finished`, or by the forge's webhook
-- reads: assay_events
-- gives: one row per deployment, with its id; finding is empty where nothing is wrong
SELECT Service AS service, Environment AS environment, Subject AS subject, if(Inferred, concat('not reported, concluded from ', Source), '') AS finding
FROM assay_events
WHERE EventName = 'qms.deployment.finished' AND Time >= fromUnixTimestamp64Nano({start:Int64}) AND Time < fromUnixTimestamp64Nano({end:Int64})
