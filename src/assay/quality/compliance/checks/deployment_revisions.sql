-- kind: check
-- why: what runs can be traced back to its source
-- next: send vcs.ref.head.revision with the deployment, as `assay deployment finished` does in a checkout
-- reads: assay_events
-- gives: one row per deployment, with its id; finding is empty where nothing is wrong
SELECT Service AS service, Environment AS environment, Subject AS subject, if(CommitRevision = '', 'no vcs.ref.head.revision', '') AS finding
FROM assay_events
WHERE EventName = 'qms.deployment.finished' AND Time >= fromUnixTimestamp64Nano({start:Int64}) AND Time < fromUnixTimestamp64Nano({end:Int64})
