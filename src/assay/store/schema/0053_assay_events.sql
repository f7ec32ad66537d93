-- kind: view
-- why: what all measures read: each event once, as it was corrected last, without those that were withdrawn
-- reads: assay_event_records
-- gives: one row per event, in the columns of assay_event_records

CREATE OR REPLACE VIEW assay_events AS
SELECT * FROM assay_event_records FINAL WHERE NOT Retracted
