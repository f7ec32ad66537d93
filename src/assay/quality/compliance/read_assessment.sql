-- kind: question
-- why: an assessment can be read as it was recorded
-- reads: assay_event_records
-- gives: the events of the assessment with the event id {id:String}: the one of the whole, and those of its controls
SELECT toString(EventName) AS name, Body AS body
FROM assay_event_records FINAL
WHERE NOT Retracted
    AND ((EventName = 'qms.compliance.assessed' AND EventId = {id:String})
        OR (EventName = 'qms.compliance.checked' AND startsWith(EventId, concat({id:String}, '/'))))
