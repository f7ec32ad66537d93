-- kind: view
-- why: the changes as they are known now: corrected, and without what was withdrawn
-- reads: assay_delivery
-- gives: one row per commit. BeganAt is when its lead time begins: when work on it began, if the sender said so and that is earlier, else the commit.

CREATE OR REPLACE VIEW assay_changes AS
SELECT
    EventKey, SubjectKey AS CommitKey, Time, least(Time, ifNull(StartedAt, Time)) AS BeganAt, Service, Team, Environment, Kind AS Category,
    Commits AS Reverts, Seconds AS LeadSeconds
FROM assay_delivery FINAL
WHERE EventName = 'qms.change.committed' AND NOT Retracted
