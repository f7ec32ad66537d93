-- kind: functions
-- why: destinations that take JSON get values with their types
-- reads: a map of attributes with the types of its values (docs/formats/tables.md); where the types end the rest are strings
-- gives: assay_json_value: a text of a type as JSON; what JSON has no number for is null. assay_json_values: the texts of a map as JSON.
--        assay_json_time: a time with a fraction.
--        assay_json_object: an object of texts that are JSON;
--        of members with one name it has the first

CREATE OR REPLACE FUNCTION assay_json_value AS (json_text, json_type) -> multiIf(
    json_type IN ('int', 'bool', 'array', 'map'), json_text,
    json_type = 'empty' OR (json_type = 'double' AND json_text IN ('nan', 'inf', '-inf')), 'null',
    json_type = 'double', json_text,
    toJSONString(json_text));

CREATE OR REPLACE FUNCTION assay_json_values AS (json_attributes, json_types) -> mapFromArrays(
    arrayMap(json_name -> toString(json_name), mapKeys(json_attributes)),
    arrayMap((one_text, one_type) -> assay_json_value(one_text, one_type), mapValues(json_attributes),
        arrayResize(arrayMap(json_type_name -> toString(json_type_name), json_types), length(json_attributes), 'string')));

CREATE OR REPLACE FUNCTION assay_json_time AS (json_time) -> concat('"', replaceOne(toString(json_time, 'UTC'), ' ', 'T'), 'Z"');

CREATE OR REPLACE FUNCTION assay_json_object AS (json_members) -> concat('{', arrayStringConcat(arrayFilter(one_member -> one_member != '',
    arrayMap((member_name, member_text, member_turn) -> if(member_turn = 1, concat(toJSONString(member_name), ':', member_text), ''),
        mapKeys(json_members), mapValues(json_members), arrayEnumerateUniq(mapKeys(json_members)))), ','), '}');
