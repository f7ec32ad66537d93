-- kind: functions and views
-- why: a question on any time reads whole hours by the hour and only the rest by the minute
-- reads: assay_service_metrics and assay_service_graph, and both by the hour
-- gives: assay_service_metrics_within(start, end) and assay_service_graph_within(start, end): the rows of all minutes that the time from `start` up to but
--        not including `end` touches, both in nanoseconds since 1970, to be added up. Time is the beginning of the minute or hour

CREATE OR REPLACE FUNCTION assay_time_from AS (nanoseconds, seconds) -> toDateTime(least(intDiv(nanoseconds, seconds * 1000000000) * seconds, 4294800000), 'UTC');

CREATE OR REPLACE FUNCTION assay_time_until AS (nanoseconds, seconds) -> toDateTime(least((intDiv(nanoseconds - 1, seconds * 1000000000) + 1) * seconds, 4294800000), 'UTC');

CREATE VIEW IF NOT EXISTS assay_service_metrics_within AS
WITH
    assay_time_from({start:Int64}, 60) AS since, assay_time_until({end:Int64}, 60) AS until,
    assay_time_until({start:Int64}, 3600) AS first_hour, assay_time_from({end:Int64}, 3600) AS end_of_hours
SELECT Hour AS Time, ServiceName, SpanName, SpanKind, StatusCode, Environment, Version, Count, Spans, DurationSum, Durations, Slowest, LastSeen
FROM assay_service_metrics_hourly
WHERE Hour >= first_hour AND Hour < end_of_hours
UNION ALL
SELECT Minute, ServiceName, SpanName, SpanKind, StatusCode, Environment, Version, Count, Spans, DurationSum, Durations, Slowest, LastSeen
FROM assay_service_metrics
WHERE Minute >= since AND Minute < least(until, first_hour)
UNION ALL
SELECT Minute, ServiceName, SpanName, SpanKind, StatusCode, Environment, Version, Count, Spans, DurationSum, Durations, Slowest, LastSeen
FROM assay_service_metrics
WHERE Minute >= greatest(first_hour, end_of_hours) AND Minute < until;

CREATE VIEW IF NOT EXISTS assay_service_graph_within AS
WITH
    assay_time_from({start:Int64}, 60) AS since, assay_time_until({end:Int64}, 60) AS until,
    assay_time_until({start:Int64}, 3600) AS first_hour, assay_time_from({end:Int64}, 3600) AS end_of_hours
SELECT Hour AS Time, Caller, CallerKind, Callee, CalleeKind, Environment, Calls, Errors, DurationSum, Durations
FROM assay_service_graph_hourly
WHERE Hour >= first_hour AND Hour < end_of_hours
UNION ALL
SELECT Minute, Caller, CallerKind, Callee, CalleeKind, Environment, Calls, Errors, DurationSum, Durations
FROM assay_service_graph
WHERE Minute >= since AND Minute < least(until, first_hour)
UNION ALL
SELECT Minute, Caller, CallerKind, Callee, CalleeKind, Environment, Calls, Errors, DurationSum, Durations
FROM assay_service_graph
WHERE Minute >= greatest(first_hour, end_of_hours) AND Minute < until
