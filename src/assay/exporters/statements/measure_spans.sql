-- kind: encoding
-- why: Prometheus sees rate, errors and duration of spans
-- reads: page: spans
-- gives: for each service, name, kind, status and environment the spans, how many calls they stand for, their durations in seconds (sum, and counts
--        between the bounds of prometheus/spans.py), the longest span, and the last batch
WITH
    [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] AS bounds,
    measured AS
    (
        SELECT
            *, assay_adjusted_count(TraceState) AS Stands, Duration / 1e9 AS Seconds,
            coalesce(nullIf(ResourceAttributes['deployment.environment.name'], ''), ResourceAttributes['deployment.environment']) AS Environment
        FROM page
    )
SELECT
    ServiceName, SpanName, SpanKind, StatusCode, Environment,
    count() AS Spans, sum(Stands) AS Calls, sum(Seconds * Stands) AS Sum,
    sumForEach(arrayMap(place -> if(place = arrayFirstIndex(bound -> Seconds <= bound, bounds), Stands, 0.), arrayConcat(range(1, 15), [0]))) AS Counts,
    argMax(TraceId, Seconds) AS TraceId, argMax(SpanId, Seconds) AS SpanId, max(Seconds) AS Longest, argMax(EndTimeUnixNano, Seconds) AS LongestEnd,
    max(toFloat64(ReceivedAt)) AS Received, max(Batch) AS Batch
FROM measured
GROUP BY ServiceName, SpanName, SpanKind, StatusCode, Environment
