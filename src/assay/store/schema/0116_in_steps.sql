-- kind: view
-- why: a course in steps of minutes needs the minutes also of whole hours
-- reads: assay_service_metrics and assay_service_metrics_hourly
-- gives: assay_service_metrics_in_steps(start, end, step): as assay_service_metrics_within, and each row lies in one step of `step` nanoseconds. Steps that
--        are not of whole hours are as old as the minutes are kept

CREATE VIEW IF NOT EXISTS assay_service_metrics_in_steps AS
WITH
    {step:Int64} % 3600000000000 = 0 AS by_hour,
    assay_time_from({start:Int64}, 60) AS since, assay_time_until({end:Int64}, 60) AS until,
    if(by_hour, assay_time_until({start:Int64}, 3600), until) AS first_hour, if(by_hour, assay_time_from({end:Int64}, 3600), until) AS end_of_hours
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
WHERE Minute >= greatest(first_hour, end_of_hours) AND Minute < until
