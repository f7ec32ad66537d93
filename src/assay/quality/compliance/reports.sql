-- kind: check
-- why: what services report of a control counts
-- reads: assay_event_records
-- gives: one row per check of the control that a service reported, but for those that did not apply; finding is empty where it passed. A later report with the
--        same check id takes the place of the one before
SELECT
    Service AS service, Environment AS environment, Subject AS subject,
    if(Status = 'passed', '', arrayStringConcat(arrayPushFront(assay_list(Attributes['qms.compliance.evidence']), concat('reported as ', Status)), ', ')) AS finding
FROM assay_event_records FINAL
WHERE NOT Retracted AND EventName = 'qms.compliance.checked' AND Attributes['qms.compliance.assessment_id'] = '' AND Status != 'not_applicable'
    AND Time >= fromUnixTimestamp64Nano({start:Int64}) AND Time < fromUnixTimestamp64Nano({end:Int64})
    AND has(arrayMap(name -> assay_plain_name(name), {frameworks:Array(String)}), assay_plain_name(Attributes['qms.compliance.framework']))
    AND assay_plain_name(Attributes['qms.compliance.control']) = assay_plain_name({control:String})
