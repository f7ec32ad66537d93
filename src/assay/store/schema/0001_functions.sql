-- kind: functions
-- why: one reading of OTLP's AnyValue for every view; the text is what the Collector's exporter would store, and together
--      with the type it gives back exactly what was sent
-- reads: values as the landing tables hold them; the digit in a name says how many levels of arrays and maps are unrolled
-- gives: text for a column of strings, and JSON for what is nested. JSON has no bytes, no NaN and no serialized rest: these are
--      {"@bytes": base64}, {"@double": "nan" | "inf" | "-inf"} and {"@array" | "@map": base64 of the protobuf message}; a key
--      of the sender's that begins with @ gets one @ more. A double always has a point or an exponent, an int never.
--      Each function is expanded where it is used, at every insert: few and flat expressions keep inserts cheap. So the JSON of
--      an array and of a map is one expression (one of the two is empty), and a type picks from an array of all readings.
--      Arguments are put in as text, so the variables of nested functions need names of their own: an x inside would hide an x outside.

CREATE OR REPLACE FUNCTION assay_json_scalars AS (v) -> [
    'null',
    toJSONString(tupleElement(v, 'string_value')),
    if(tupleElement(v, 'bool_value'), 'true', 'false'),
    toString(tupleElement(v, 'int_value')),
    replaceRegexpOne(replaceRegexpOne(toString(tupleElement(v, 'double_value')), '^(-?[0-9]+)$', '\\1.0'), '^(-?[in].*)$', '{"@double":"\\1"}')];

CREATE OR REPLACE FUNCTION assay_json_bytes AS (v) -> concat('{"@bytes":"', base64Encode(tupleElement(v, 'bytes_value')), '"}');

CREATE OR REPLACE FUNCTION assay_json0 AS (v) -> arrayConcat(assay_json_scalars(v), [
    concat('{"@array":"', base64Encode(tupleElement(v, 'array_value')), '"}'),
    concat('{"@map":"', base64Encode(tupleElement(v, 'kvlist_value')), '"}'),
    assay_json_bytes(v)])[toInt8(tupleElement(v, 'type')) + 1];

CREATE OR REPLACE FUNCTION assay_json_nested1 AS (elements, members, is_map) -> concat(
    if(is_map, '{', '['),
    arrayStringConcat(arrayMap((name1, x1) -> concat(if(is_map, concat(toJSONString(replaceRegexpOne(name1, '^@', '@@')), ':'), ''), assay_json0(x1)),
        if(is_map, tupleElement(members, 'key'), arrayMap(x1 -> '', elements)),
        if(is_map, tupleElement(members, 'value'), elements)), ','),
    if(is_map, '}', ']'));

CREATE OR REPLACE FUNCTION assay_json1 AS (v) -> if(tupleElement(v, 'type') IN ('array', 'map'),
    assay_json_nested1(tupleElement(tupleElement(v, 'array_value'), 'values'), tupleElement(tupleElement(v, 'kvlist_value'), 'values'), tupleElement(v, 'type') = 'map'),
    arrayConcat(assay_json_scalars(v), ['', '', assay_json_bytes(v)])[toInt8(tupleElement(v, 'type')) + 1]);

CREATE OR REPLACE FUNCTION assay_json_nested2 AS (elements, members, is_map) -> concat(
    if(is_map, '{', '['),
    arrayStringConcat(arrayMap((name2, x2) -> concat(if(is_map, concat(toJSONString(replaceRegexpOne(name2, '^@', '@@')), ':'), ''), assay_json1(x2)),
        if(is_map, tupleElement(members, 'key'), arrayMap(x2 -> '', elements)),
        if(is_map, tupleElement(members, 'value'), elements)), ','),
    if(is_map, '}', ']'));

CREATE OR REPLACE FUNCTION assay_json2 AS (v) -> if(tupleElement(v, 'type') IN ('array', 'map'),
    assay_json_nested2(tupleElement(tupleElement(v, 'array_value'), 'values'), tupleElement(tupleElement(v, 'kvlist_value'), 'values'), tupleElement(v, 'type') = 'map'),
    arrayConcat(assay_json_scalars(v), ['', '', assay_json_bytes(v)])[toInt8(tupleElement(v, 'type')) + 1]);

CREATE OR REPLACE FUNCTION assay_json_nested3 AS (elements, members, is_map) -> concat(
    if(is_map, '{', '['),
    arrayStringConcat(arrayMap((name3, x3) -> concat(if(is_map, concat(toJSONString(replaceRegexpOne(name3, '^@', '@@')), ':'), ''), assay_json2(x3)),
        if(is_map, tupleElement(members, 'key'), arrayMap(x3 -> '', elements)),
        if(is_map, tupleElement(members, 'value'), elements)), ','),
    if(is_map, '}', ']'));

CREATE OR REPLACE FUNCTION assay_text1 AS (v, type) -> multiIf(
    type = 'string', tupleElement(v, 'string_value'),
    type = 'int', toString(tupleElement(v, 'int_value')),
    type = 'bool', if(tupleElement(v, 'bool_value'), 'true', 'false'),
    type = 'double', toString(tupleElement(v, 'double_value')),
    type = 'bytes', base64Encode(tupleElement(v, 'bytes_value')),
    type = 'empty', '',
    assay_json_nested1(tupleElement(tupleElement(v, 'array_value'), 'values'), tupleElement(tupleElement(v, 'kvlist_value'), 'values'), type = 'map'));

CREATE OR REPLACE FUNCTION assay_text3 AS (v, type) -> multiIf(
    type = 'string', tupleElement(v, 'string_value'),
    type = 'int', toString(tupleElement(v, 'int_value')),
    type = 'bool', if(tupleElement(v, 'bool_value'), 'true', 'false'),
    type = 'double', toString(tupleElement(v, 'double_value')),
    type = 'bytes', base64Encode(tupleElement(v, 'bytes_value')),
    type = 'empty', '',
    assay_json_nested3(tupleElement(tupleElement(v, 'array_value'), 'values'), tupleElement(tupleElement(v, 'kvlist_value'), 'values'), type = 'map'));

-- Attributes and types are sorted alike, by the same column of keys, so that they match for a key that was sent twice.
CREATE OR REPLACE FUNCTION assay_attributes AS (kvs) -> CAST(mapSort((key, text) -> key, mapFromArrays(tupleElement(kvs, 'key'),
    arrayMap((v, type) -> assay_text1(v, type), tupleElement(kvs, 'value'), tupleElement(tupleElement(kvs, 'value'), 'type')))), 'Map(LowCardinality(String), String)');

CREATE OR REPLACE FUNCTION assay_types AS (kvs) ->
    arraySort((type, key) -> key, tupleElement(tupleElement(kvs, 'value'), 'type'), tupleElement(kvs, 'key'));

CREATE OR REPLACE FUNCTION assay_overflow AS (fields) ->
    CAST(arrayFilter(field -> tupleElement(field, 2) != '', fields), 'Map(LowCardinality(String), String)');

-- The day of the event if it is from 30 days before its receipt to 1 day after, and else of the receipt. One comparison of a wrapped
-- difference stands for two with AND, over which the engine thinks for several milliseconds at every insert.
CREATE OR REPLACE FUNCTION assay_partition_date AS (event_nano, received_nano) ->
    toDate(toDateTime(intDiv(if(toUInt64(event_nano - received_nano + 2592000000000000) < 2678400000000000,
        event_nano, received_nano), 1000000000)), 'UTC');
