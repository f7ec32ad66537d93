-- kind: check
-- why: the policies that are written are those that hold
-- next: mend what is wrong in the policies' file; `assay policy validate` says where it is
-- reads: the settings policies.version and policies.problem
-- gives: one row, with the version that holds; finding is empty where nothing is wrong
SELECT
    '' AS service, '' AS environment, {settings:Map(String, String)}['policies.version'] AS subject,
    if({settings:Map(String, String)}['policies.problem'] != '', concat('what is written does not hold: ', {settings:Map(String, String)}['policies.problem']), '') AS finding
