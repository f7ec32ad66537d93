-- kind: check
-- why: personal data and secrets are taken out before anything is stored
-- next: set enabled: true, or nothing, in policies.scrubbing
-- reads: the setting policies.scrubbing
-- gives: one row; finding is empty where nothing is wrong
SELECT '' AS service, '' AS environment, 'policies.scrubbing' AS subject, if({settings:Map(String, String)}['policies.scrubbing'] = 'true', '', 'switched off') AS finding
