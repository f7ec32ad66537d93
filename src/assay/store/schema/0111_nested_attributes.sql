-- kind: functions
-- why: the engine writes spans as protobuf, but not values that have others in them
-- reads: the types of attributes (docs/formats/tables.md) of a span, of its events and of its links
-- gives: whether one of them is an array or a map

CREATE OR REPLACE FUNCTION assay_has_nested AS (own_types, event_types, link_types) ->
    hasAny(own_types, ['array', 'map']) OR hasAny(arrayFlatten(event_types), ['array', 'map']) OR hasAny(arrayFlatten(link_types), ['array', 'map']);
