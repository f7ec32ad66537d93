-- kind: check
-- why: a deployment can be told from another by its version
-- next: send service.version with the deployment, as `assay deployment finished --version` does
-- reads: assay_events
-- gives: one row per deployment, with its id; finding is empty where nothing is wrong
SELECT Service AS service, Environment AS environment, Subject AS subject, if(Version = '', 'no service.version', '') AS finding
FROM assay_events
WHERE EventName = 'qms.deployment.finished' AND Time >= fromUnixTimestamp64Nano({start:Int64}) AND Time < fromUnixTimestamp64Nano({end:Int64})
