-- kind: function
-- why: SOC2 and soc-2, AC-03 and ac-3 are the same framework and the same control
-- reads: names of frameworks and controls as people and programs write them
-- gives: assay_plain_name: small letters, digits and points only, and no zero before a number that follows a letter or point
CREATE OR REPLACE FUNCTION assay_plain_name AS (name) -> replaceRegexpAll(replaceRegexpAll(lower(name), '[^a-z0-9.]', ''), '([a-z.])0+([0-9])', '\\1\\2')
