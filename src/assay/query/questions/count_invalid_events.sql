-- kind: question
-- why: whoever watches Assay sees that events come which do not count
-- reads: assay_unfit_events
-- gives: one row per name and code with the records that have such a problem; a name that the registry lacks is left empty, for there may be any number
SELECT if(reason = 'event_unknown', '', toString(EventName)) AS name, reason, count() AS n
FROM assay_unfit_events
ARRAY JOIN arrayDistinct(arrayMap(problem -> problem.1, Problems)) AS reason
GROUP BY name, reason
ORDER BY name, reason
