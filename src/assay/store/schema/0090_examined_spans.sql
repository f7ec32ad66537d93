-- kind: functions and view
-- why: every rule on conventions looks at the same spans and tells what it finds in the same way
-- reads: assay_spans
-- gives: assay_examined_spans(start, end, service, one_in): the spans that began in the time range, in nanoseconds since 1970, of one service
--        or, if it is empty, of all; of whole traces, one in so many. assay_problem: a list of one problem, what is wrong and what to do instead,
--        or an empty list. assay_offenders: of the problems of all rows and their traces, the five that come up most often:
--        (subject, instead, times, up to three traces). assay_without_ids: a name with {id} in the places of numbers, UUIDs, hashes and addresses

CREATE OR REPLACE FUNCTION assay_problem AS (is_one, subject, instead) ->
    if(is_one, [concat(CAST(subject, 'String'), '\0', CAST(instead, 'String'))], CAST([], 'Array(String)'));

CREATE OR REPLACE FUNCTION assay_offenders AS (problems, trace) -> arraySlice(arrayReverseSort(offender -> (tupleElement(offender, 3), tupleElement(offender, 1)),
    arrayMap((offender_key, offender_times, offender_traces) -> (splitByChar('\0', offender_key)[1], splitByChar('\0', offender_key)[2], offender_times,
            arraySort(arrayFilter(offender_trace -> offender_trace != '', offender_traces))),
        mapKeys(sumMap(mapFromArrays(problems, arrayMap(one_problem -> toUInt64(1), problems)))),
        mapValues(sumMap(mapFromArrays(problems, arrayMap(one_problem -> toUInt64(1), problems)))),
        mapValues(groupUniqArrayMap(3)(mapFromArrays(problems, arrayMap(one_problem -> CAST(trace, 'String'), problems)))))), 1, 5);

CREATE OR REPLACE FUNCTION assay_without_ids AS (name) -> replaceRegexpAll(replaceRegexpAll(replaceRegexpAll(replaceRegexpAll(
    replaceRegexpAll(CAST(name, 'String'), '[?][^ ]*=[^ ]*', ''),
    '[^ /@=<>]+@[^ /@]+[.][A-Za-z]+', '{email}'),
    '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|[0-9a-fA-F]{16,}|[0-9]{5,}', '{id}'),
    '([-_. ])[0-9]{4,}', '\\1{id}'),
    '([/=#])[0-9]+', '\\1{id}');

CREATE OR REPLACE VIEW assay_examined_spans AS
SELECT
    Timestamp, Duration, TraceId, SpanId, ParentSpanId, SpanName, SpanKind, ServiceName, ResourceAttributes, ScopeName, SpanAttributes, SpanAttributeTypes,
    StatusCode, StatusMessage, `Events.Name`, Flags, Overflow, ReceivedAt
FROM assay_spans
WHERE Timestamp >= fromUnixTimestamp64Nano({start:Int64}) AND Timestamp < fromUnixTimestamp64Nano({end:Int64})
    AND ({service:String} = '' OR ServiceName = {service:String})
    AND cityHash64(TraceId) % {one_in:UInt64} = 0
