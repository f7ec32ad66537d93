-- kind: functions
-- why: what the decode views share, beside the reading of values in schema/0001
-- reads: lists of attributes as the landing tables hold them, and arrays of their keys, texts and types, which belong together
-- gives: assay_texts: the texts of a list of attributes. assay_map and assay_sorted_types: the columns of a table, sorted alike by key,
--        so that they match for a key that was sent twice. assay_left and assay_left_types: what is left of an array when the policies
--        have dropped some attributes; these begin with '\0assay.drop.' in `clean`, before the name of the rule. A text that was changed is a string, or still
--        JSON if it was JSON before. assay_remark: for each changed text, under the name of its place, the rules that changed it.
--        assay_adjusted_count: how many spans one stands for that its sender sampled by consistent probability: 2^56 / (2^56 - threshold), the
--        threshold being hexadecimal digits filled up with zeros (OpenTelemetry, TraceState handling, ot=th)

CREATE OR REPLACE FUNCTION assay_texts AS (kvs) -> arrayMap((v, type) -> assay_text1(v, type), tupleElement(kvs, 'value'), tupleElement(tupleElement(kvs, 'value'), 'type'));

CREATE OR REPLACE FUNCTION assay_map AS (keys, texts) -> CAST(mapSort((key, text) -> key, mapFromArrays(keys, texts)), 'Map(LowCardinality(String), String)');

CREATE OR REPLACE FUNCTION assay_sorted_types AS (keys, types) -> arraySort((type, key) -> key, types, keys);

CREATE OR REPLACE FUNCTION assay_left AS (elements, clean) -> arrayFilter((element, text) -> NOT startsWith(text, '\0assay.drop.'), elements, clean);

CREATE OR REPLACE FUNCTION assay_left_types AS (types, texts, clean) -> assay_left(
    arrayMap((type, text, changed) -> multiIf(text = changed, type, type IN ('array', 'map'), if(isValidJSON(changed), type, 'string'), 'string'), types, texts, clean), clean);

CREATE OR REPLACE FUNCTION assay_rules AS (changed) -> if(startsWith(changed, '\0assay.drop.'), substring(changed, 13),
    if(empty(assay_policy_found(changed)), 'removed', arrayStringConcat(arrayDistinct(assay_policy_found(changed)), ' ')));

CREATE OR REPLACE FUNCTION assay_remark AS (places, texts, clean) -> CAST(mapFromArrays(
    arrayFilter((place, text, changed) -> text != changed, places, texts, clean),
    arrayMap((text, changed) -> assay_rules(changed), arrayFilter((text, changed) -> text != changed, texts, clean), arrayFilter((changed, text) -> text != changed, clean, texts))),
    'Map(LowCardinality(String), LowCardinality(String))');

-- Arrays of one element bind a name to a value here: what is written twice is planned twice.
CREATE OR REPLACE FUNCTION assay_attribute_list AS (kvs, prefix) -> arrayMap((ks, ts, ys) -> arrayMap(cs ->
    (assay_left(ks, cs), assay_left(cs, cs), assay_left_types(ys, ts, cs), assay_remark(arrayMap(k -> concat(prefix, k), ks), ts, cs)),
    [if(assay_policy_suspect(arrayStringConcat(ks, '\n'), arrayStringConcat(ts, '\n')), arrayMap((k, t) -> assay_policy_clean(k, t), ks, ts), ts)])[1],
    [tupleElement(kvs, 'key')], [assay_texts(kvs)], [tupleElement(tupleElement(kvs, 'value'), 'type')])[1];

CREATE OR REPLACE FUNCTION assay_resource AS (kvs) -> arrayMap(list -> arrayMap(shaped -> (tupleElement(shaped, 1), tupleElement(shaped, 2), tupleElement(shaped, 3), tupleElement(list, 4)),
    [assay_policy_resource(tupleElement(list, 1), tupleElement(list, 2), tupleElement(list, 3))])[1], [assay_attribute_list(kvs, 'resource.attributes.')])[1];

CREATE OR REPLACE FUNCTION assay_unflattened AS (flat, shape) -> arrayMap((n, end) -> arraySlice(flat, end - n + 1, n),
    arrayMap(e -> length(e), shape), arrayCumSum(arrayMap(e -> length(e), shape)));

-- From the clean texts of a span, which lie one after the other, the arrays of its parts.
CREATE OR REPLACE FUNCTION assay_placed AS (clean, keys, texts, types, scope_keys, scope_texts, scope_types, event_keys, event_texts, event_types, link_keys, link_texts, link_types, all_texts) ->
    arrayMap((own_clean, scope_clean, event_clean, link_clean, rest) -> (
        assay_left(keys, own_clean), assay_left(own_clean, own_clean), assay_left_types(types, texts, own_clean),
        assay_left(scope_keys, scope_clean), assay_left(scope_clean, scope_clean), assay_left_types(scope_types, scope_texts, scope_clean),
        arrayMap((ks, cs) -> assay_left(ks, cs), event_keys, event_clean), arrayMap(cs -> assay_left(cs, cs), event_clean),
        arrayMap((ys, ts, cs) -> assay_left_types(ys, ts, cs), event_types, event_texts, event_clean),
        arrayMap((ks, cs) -> assay_left(ks, cs), link_keys, link_clean), arrayMap(cs -> assay_left(cs, cs), link_clean),
        arrayMap((ys, ts, cs) -> assay_left_types(ys, ts, cs), link_types, link_texts, link_clean),
        rest[1], rest[2], arraySlice(rest, 3),
        assay_remark(arrayConcat(arrayMap(k -> concat('attributes.', k), keys), arrayMap(k -> concat('scope.attributes.', k), scope_keys),
            arrayMap(k -> concat('event.attributes.', k), arrayFlatten(event_keys)), arrayMap(k -> concat('link.attributes.', k), arrayFlatten(link_keys)),
            ['name', 'status.message'], arrayMap(n -> 'event.name', arraySlice(rest, 3))), all_texts, clean)),
    [arraySlice(clean, 1, length(keys))],
    [arraySlice(clean, length(keys) + 1, length(scope_keys))],
    [assay_unflattened(arraySlice(clean, length(keys) + length(scope_keys) + 1), event_keys)],
    [assay_unflattened(arraySlice(clean, length(keys) + length(scope_keys) + length(arrayFlatten(event_keys)) + 1), link_keys)],
    [arraySlice(clean, length(keys) + length(scope_keys) + length(arrayFlatten(event_keys)) + length(arrayFlatten(link_keys)) + 1)])[1];

CREATE OR REPLACE FUNCTION assay_placed_log AS (clean, keys, texts, types, scope_keys, scope_texts, scope_types, body, body_type, all_texts) ->
    arrayMap((own_clean, scope_clean, body_clean) -> (
        assay_left(keys, own_clean), assay_left(own_clean, own_clean), assay_left_types(types, texts, own_clean),
        assay_left(scope_keys, scope_clean), assay_left(scope_clean, scope_clean), assay_left_types(scope_types, scope_texts, scope_clean),
        body_clean, assay_left_types([body_type], [body], [body_clean])[1],
        assay_remark(arrayConcat(arrayMap(k -> concat('attributes.', k), keys), arrayMap(k -> concat('scope.attributes.', k), scope_keys), ['body']), all_texts, clean)),
    [arraySlice(clean, 1, length(keys))], [arraySlice(clean, length(keys) + 1, length(scope_keys))], [clean[-1]])[1];

CREATE OR REPLACE FUNCTION assay_placed_metric AS (clean, scope_keys, scope_texts, scope_types, metadata_keys, metadata_texts, metadata_types, keys, texts, types, exemplar_keys, exemplar_texts, exemplar_types) ->
    arrayMap((scope_clean, metadata_clean, own_clean, exemplar_clean) -> (
        assay_left(scope_keys, scope_clean), assay_left(scope_clean, scope_clean), assay_left_types(scope_types, scope_texts, scope_clean),
        assay_left(metadata_keys, metadata_clean), assay_left(metadata_clean, metadata_clean), assay_left_types(metadata_types, metadata_texts, metadata_clean),
        arrayMap((ks, cs) -> assay_left(ks, cs), keys, own_clean), arrayMap(cs -> assay_left(cs, cs), own_clean),
        arrayMap((ys, ts, cs) -> assay_left_types(ys, ts, cs), types, texts, own_clean),
        arrayMap((kks, ccs) -> arrayMap((ks, cs) -> assay_left(ks, cs), kks, ccs), exemplar_keys, exemplar_clean),
        arrayMap(ccs -> arrayMap(cs -> assay_left(cs, cs), ccs), exemplar_clean),
        arrayMap((yys, tts, ccs) -> arrayMap((ys, ts, cs) -> assay_left_types(ys, ts, cs), yys, tts, ccs), exemplar_types, exemplar_texts, exemplar_clean),
        assay_remark(arrayConcat(arrayMap(k -> concat('scope.attributes.', k), scope_keys), arrayMap(k -> concat('metadata.', k), metadata_keys)),
            arrayConcat(scope_texts, metadata_texts), arrayConcat(scope_clean, metadata_clean)),
        arrayMap((ks, ts, cs, eks, ets, ecs) -> assay_remark(
                arrayConcat(arrayMap(k -> concat('attributes.', k), ks), arrayMap(k -> concat('exemplar.attributes.', k), arrayFlatten(eks))),
                arrayConcat(ts, arrayFlatten(ets)), arrayConcat(cs, arrayFlatten(ecs))),
            keys, texts, own_clean, arrayResize(exemplar_keys, length(keys)), arrayResize(exemplar_texts, length(keys)), arrayResize(exemplar_clean, length(keys)))),
    [arraySlice(clean, 1, length(scope_keys))],
    [arraySlice(clean, length(scope_keys) + 1, length(metadata_keys))],
    [assay_unflattened(arraySlice(clean, length(scope_keys) + length(metadata_keys) + 1), keys)],
    [arrayMap((flat, shape) -> assay_unflattened(flat, shape),
        assay_unflattened(arraySlice(clean, length(scope_keys) + length(metadata_keys) + length(arrayFlatten(keys)) + 1), arrayMap(e -> arrayFlatten(e), exemplar_keys)), exemplar_keys)])[1];

CREATE OR REPLACE FUNCTION assay_adjusted_count AS (trace_state) -> if(empty(trace_state), 1., exp2(56) / greatest(1., exp2(56) -
    reinterpretAsUInt64(reverse(unhex(rightPad(extract(trace_state, '(?:^|,)[ ]*ot=(?:[^,]*;)?th:([0-9a-f]{1,14})(?:[;,]|$)'), 14, '0'))))));
