-- kind: facts
-- why: what became of each deployment
-- reads: assay_deployments, assay_failures
-- gives: assay_delivery_facts, one row `deployment` per deployment in generation {generation:UInt64}, and the same as `failure` if it has reasons. It is rework if it says so, if it was made for an
--        incident, or if it repairs what a rollback, a revert or a hotfix shows to have failed; the next try of one that did not reach its end is not.
INSERT INTO assay_delivery_facts (Generation, Fact, Time, Service, Team, Environment, Key, Inferred, Succeeded, IsRework,
    `Reasons.Method`, `Reasons.Confidence`, `Reasons.Gap`, `Reasons.IncidentKey`, `Reasons.RemedyKey`, `Reasons.EndedAt`)
WITH
    failures AS
    (
        SELECT
            arrayJoin([(DeploymentKey, true), (if(Method = 'status' OR IncidentKey != 0, 0, RemedyKey), false)]) AS mark, mark.1 AS key,
            if(mark.2, (-Confidence, Gap, Method, IncidentKey, RemedyKey, EndedAt), NULL) AS reason
        FROM assay_failures
        WHERE key != 0
    )
SELECT
    {generation:UInt64}, arrayJoin(if(empty(reasons), ['deployment'], ['deployment', 'failure'])), Time, Service, Team, Environment, DeploymentKey, Inferred, Succeeded,
    DeploymentKind IN ('hotfix', 'rollback') OR IsRemedy OR is_repair,
    reasons.3, arrayMap(confidence -> -confidence, reasons.1), reasons.2, reasons.4, reasons.5, reasons.6
FROM assay_deployments
LEFT JOIN
(
    SELECT key, countIf(NOT mark.2) > 0 AS is_repair, arraySort(groupArrayIf(assumeNotNull(reason), mark.2)) AS reasons FROM failures GROUP BY key
) AS failed ON failed.key = DeploymentKey
