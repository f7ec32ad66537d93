-- kind: functions
-- why: questions and users find an attribute in one way, under each of its names
-- reads: maps of attributes; lists of the names of each attribute, the one to prefer first
-- gives: assay_found: for each list of names, the texts of those that are there, in its order; a name counts in the item itself and then in
--        its resource, before the next name does; nothing if the attribute is missing. assay_meets: whether these meet all conditions, an
--        operator (=, != of texts, >, >=, <, <= of numbers), a text and a number for each; what is missing meets only !=.
--        A map is cut down to the names first: what a lambda sees is copied for each element that it runs on. Arguments are put in
--        as text, so the variables have names that nobody else gives.

CREATE OR REPLACE FUNCTION assay_named AS (attributes, names) -> mapFilter((named_key, named_text) -> has(names, named_key), attributes);

CREATE OR REPLACE FUNCTION assay_found_in AS (attributes, names) -> arrayMap(
    of_one -> arrayMap(found_name -> attributes[found_name], arrayFilter(found_name -> mapContains(attributes, found_name), of_one)), names);

CREATE OR REPLACE FUNCTION assay_found AS (own, resource, names) ->
    assay_found_in(mapConcat(assay_named(own, arrayFlatten(names)), assay_named(resource, arrayFlatten(names))), names);

CREATE OR REPLACE FUNCTION assay_meets AS (found, operators, texts, numbers) -> arrayAll(
    (found_texts, of_one_operator, of_one_text, of_one_number) -> multiIf(
        empty(found_texts) OR of_one_operator = '!=', of_one_operator = '!=' AND (empty(found_texts) OR found_texts[1] != of_one_text),
        of_one_operator = '=', found_texts[1] = of_one_text,
        of_one_operator = '>', toFloat64OrDefault(found_texts[1], nan) > of_one_number,
        of_one_operator = '>=', toFloat64OrDefault(found_texts[1], nan) >= of_one_number,
        of_one_operator = '<', toFloat64OrDefault(found_texts[1], nan) < of_one_number,
        toFloat64OrDefault(found_texts[1], nan) <= of_one_number),
    found, operators, texts, numbers)
