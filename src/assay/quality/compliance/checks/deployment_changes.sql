-- kind: check
-- why: what a deployment brings is known: the commit was reported as a change
-- next: report commits when they are merged: by the forge's webhook, or `assay change committed` in the pipeline
-- reads: assay_events, assay_event_records
-- gives: one row per deployment that names its commit, with its id; finding is empty where that change was reported
WITH known AS (SELECT CommitRevision FROM assay_event_records FINAL WHERE NOT Retracted AND EventName = 'qms.change.committed' AND CommitRevision != '')
SELECT Service AS service, Environment AS environment, Subject AS subject, if(CommitRevision IN (SELECT * FROM known), '', concat('commit ', CommitRevision, ' was not reported')) AS finding
FROM assay_events
WHERE EventName = 'qms.deployment.finished' AND CommitRevision != '' AND Time >= fromUnixTimestamp64Nano({start:Int64}) AND Time < fromUnixTimestamp64Nano({end:Int64})
