-- kind: functions and views
-- why: what every span adds to the service metrics, at the insert and so before any sampling
-- reads: assay_decoded_spans without what a filter drops
-- gives: assay_service_metrics and, from its new rows, assay_service_metrics_hourly. A span counts in the minute in which it began, or in that of
--        its receipt if it claims to be from more than 30 days before or a day after it. A service has at most 300 span names per insert
--        that are new in the hour, and none that is new once it has had 300 within two hours; the rest is counted under the
--        name (other), so names made from ids cannot make a row per span

-- The bucket of a duration in nanoseconds: OpenTelemetry's exponential histogram, scale 6; zero has none and is -2.
CREATE OR REPLACE FUNCTION assay_duration_bucket AS (nanoseconds) -> toInt16(if(nanoseconds = 0, -2, ceil(log2(nanoseconds) * 64) - 1));

-- The value in the middle of a bucket: no duration in it is further from it than (2^(1/64) - 1) / (2^(1/64) + 1) = 0.54 %.
CREATE OR REPLACE FUNCTION assay_bucket_duration AS (bucket) -> if(bucket < -1, 0., exp2(bucket / 64) * 2 * exp2(1 / 64) / (1 + exp2(1 / 64)));

-- The duration that a part q of all does not exceed (nearest rank), in nanoseconds, nan if there is none. The counts are added up in
-- floating point, so the rank is met if hardly anything is missing.
CREATE OR REPLACE FUNCTION assay_sketch_quantile AS (sketch, q) -> if(empty(sketch), nan, assay_bucket_duration(
    mapKeys(mapSort(sketch))[arrayFirstIndex(reached -> reached >= q * arraySum(mapValues(sketch)) * (1 - 1e-9), arrayCumSum(mapValues(mapSort(sketch))))]));

CREATE MATERIALIZED VIEW IF NOT EXISTS assay_service_metrics_hourly_mv TO assay_service_metrics_hourly AS
SELECT
    toStartOfHour(Minute, 'UTC') AS Hour, ServiceName, SpanName, SpanKind, StatusCode, Environment, Version,
    sum(Count) AS Count, sum(Spans) AS Spans, sum(DurationSum) AS DurationSum, sumMap(Durations) AS Durations, max(Slowest) AS Slowest, max(LastSeen) AS LastSeen
FROM assay_service_metrics
GROUP BY Hour, ServiceName, SpanName, SpanKind, StatusCode, Environment, Version;

CREATE MATERIALIZED VIEW IF NOT EXISTS assay_service_metrics_mv TO assay_service_metrics AS
WITH
    known AS
    (
        SELECT ServiceName, SpanName FROM assay_service_metrics_hourly
        WHERE Hour >= toStartOfHour(now() - 3600, 'UTC')
        GROUP BY ServiceName, SpanName
    ),
    crowded AS (SELECT ServiceName FROM known GROUP BY ServiceName HAVING count() >= 300),
    grouped AS
    (
        SELECT
            toStartOfMinute(if(toDate(Timestamp, 'UTC') = PartitionDate, toDateTime(Timestamp), toDateTime(ReceivedAt))) AS Minute,
            ServiceName, SpanName, SpanKind, StatusCode,
            Environment, Version,
            sum(AdjustedCount) AS Count, count() AS Spans, sum(Duration * AdjustedCount) AS DurationSum,
            sumMap(map(assay_duration_bucket(Duration), AdjustedCount)) AS Durations,
            -- Half the cost of max((Duration, TraceId)), which compares and copies a tuple for each span.
            (max(Duration), argMax(TraceId, Duration)) AS Slowest,
            max(if(toDate(Timestamp, 'UTC') = PartitionDate, Timestamp, ReceivedAt)) AS LastSeen
        FROM assay_decoded_spans
        WHERE Stage != 'filtered'
        GROUP BY Minute, ServiceName, SpanName, SpanKind, StatusCode, Environment, Version
    )
SELECT
    * EXCEPT (SpanName, place),
    if(ServiceName IN (SELECT ServiceName FROM crowded) ? (ServiceName, SpanName) IN (SELECT ServiceName, SpanName FROM known) : place <= 300, SpanName, '(other)') AS SpanName
FROM (SELECT *, dense_rank() OVER (PARTITION BY ServiceName ORDER BY SpanName) AS place FROM grouped)
