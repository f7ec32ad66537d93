-- kind: question
-- why: which controls of a framework services have reported on
-- reads: assay_event_records
-- gives: one row per control, as services name it, and its plain name; of the frameworks with these names
SELECT Attributes['qms.compliance.control'] AS control, assay_plain_name(control) AS plain, arraySort(groupUniqArray(5)(toString(Service))) AS services
FROM assay_event_records FINAL
WHERE NOT Retracted AND EventName = 'qms.compliance.checked' AND Attributes['qms.compliance.assessment_id'] = ''
    AND Time >= fromUnixTimestamp64Nano({start:Int64}) AND Time < fromUnixTimestamp64Nano({end:Int64})
    AND has(arrayMap(name -> assay_plain_name(name), {frameworks:Array(String)}), assay_plain_name(Attributes['qms.compliance.framework']))
GROUP BY control
ORDER BY control
