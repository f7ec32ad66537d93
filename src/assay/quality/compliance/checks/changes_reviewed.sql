-- kind: check
-- why: a change comes by a pull or merge request, where others see it
-- next: merge by pull or merge requests, and report changes with vcs.change.id, as the forge's webhook does
-- reads: assay_event_records
-- gives: one row per change that was reported, but for merges, with its revision; finding is empty where it names its request
SELECT Service AS service, Environment AS environment, Subject AS subject, if(Attributes['vcs.change.id'] = '', 'no vcs.change.id', '') AS finding
FROM assay_event_records FINAL
WHERE NOT Retracted AND EventName = 'qms.change.committed' AND NOT Inferred AND Kind != 'merge' AND Time >= fromUnixTimestamp64Nano({start:Int64}) AND Time < fromUnixTimestamp64Nano({end:Int64})
