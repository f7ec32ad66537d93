-- kind: rule
-- why: with clocks that differ a callee starts before its caller, and durations between services are wrong
-- reads: assay_examined_spans
-- gives: one row per service that the rule applies to: how many were checked, how many of them found wrong, and the worst offenders (subject, instead, times,
--         traces)
-- title: Clocks agree
-- topic: traces
-- weight: 3
-- looks_at: all spans; a callee may start 1 ms before its caller, and a span 5 s after it was received
-- change: Synchronize the clocks of the hosts (NTP, chrony); in a process take durations from a monotonic clock.
SELECT ServiceName AS service, count() AS checked, countIf(notEmpty(problems)) AS found, assay_offenders(problems, TraceId) AS offenders
FROM
(
    SELECT child.ServiceName AS ServiceName, child.TraceId AS TraceId,
        toUnixTimestamp64Nano(parent.Timestamp) - toUnixTimestamp64Nano(child.Timestamp) AS gap,
        arrayConcat(
            assay_problem(parent.SpanId != '' AND parent.ServiceName != child.ServiceName AND gap > 1000000,
                concat(parent.ServiceName, ' → ', child.ServiceName, ': starts ',
                    multiIf(gap < 100000000, 'up to 100 ms', gap < 1000000000, 'up to 1 s', gap < 60000000000, 'up to 1 min', 'more than 1 min'), ' before its caller'),
                'synchronize the clocks of both'),
            assay_problem(child.ReceivedAt > toDateTime64('2000-01-01', 6) AND child.Timestamp > child.ReceivedAt + INTERVAL 5 SECOND,
                'starts after it was received', 'synchronize the clock of this service'),
            assay_problem(mapContains(child.Overflow, 'end_time_unix_nano'), concat(child.SpanName, ': ends before it starts'),
                'take the end from a monotonic clock')) AS problems
    FROM assay_examined_spans(start = {start:Int64}, end = {end:Int64}, service = {service:String}, one_in = {one_in:UInt64}) AS child
    LEFT ANY JOIN
    (
        SELECT TraceId, SpanId, ServiceName, Timestamp FROM assay_examined_spans(start = {around_start:Int64}, end = {around_end:Int64}, service = '', one_in = {one_in:UInt64})
        WHERE TraceId IN (SELECT TraceId FROM assay_examined_spans(start = {start:Int64}, end = {end:Int64}, service = {service:String}, one_in = {one_in:UInt64}))
    ) AS parent ON child.TraceId = parent.TraceId AND child.ParentSpanId = parent.SpanId
)
GROUP BY service
ORDER BY service
