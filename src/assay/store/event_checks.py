"""The registry as a function of the engine, which finds what is wrong with an event that comes over OTLP."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from assay.core import registry, statement
from assay.core.events import BEGINNINGS, RESOLVED
from assay.core.ports import Engine

_KINDS = {"int": "int", "double": "double", "boolean": "boolean"}
# One literal of text however many rules there are, as in aliases.py. A rule has the event, the attribute, its old name, whether
# it is required, what it has to be, and its values if those are limited.
_FUNCTION = """CREATE OR REPLACE FUNCTION assay_event_problems AS (event, attributes, at) -> arrayConcat(
    if(has(CAST('{events}', 'Array(String)'), event), CAST([], 'Array(Tuple(String, String))'), [('event_unknown', '')]),
    arrayFilter(problem -> problem.1 != '', arrayMap(
        (rule, given) -> (multiIf(
            given = '', if(rule.4, 'attribute_missing', ''),
            notEmpty(rule.6), if(has(rule.6, given), '', 'value_unknown'),
            rule.5 = 'int', if(toInt64OrNull(given) IS NULL, 'attribute_type', ''),
            rule.5 = 'double', if(toFloat64OrNull(given) IS NULL, 'attribute_type', ''),
            rule.5 = 'boolean', if(given IN ('true', 'false'), '', 'attribute_type'),
            startsWith(rule.5, 'time'), multiIf(
                NOT match(given, '^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ].*([Zz]|[+-][0-9]{2}:?[0-9]{2})$')
                    OR parseDateTime64BestEffortOrNull(given, 9, 'UTC') IS NULL, 'time_invalid',
                rule.5 = 'time of begin' AND parseDateTime64BestEffortOrNull(given, 9, 'UTC') > at,
                if(event = '{resolved}', 'resolved_before_opened', 'times_crossed'), ''),
            ''), rule.2),
        arrayFilter(rule -> rule.1 = event, {rules}) AS own_rules,
        arrayMap(rule -> firstNonDefault(attributes[rule.2], attributes[rule.3]), own_rules))))"""
_RULES = "CAST('{rules}', 'Array(Tuple(String, String, String, Bool, String, Array(String)))')"


def apply_event_checks(engine: Engine) -> None:
    """Make `assay_event_problems(name, attributes, time)` from the registry of this Assay, and the view that asks it.

    It gives pairs of a code and an attribute, none for an event that is good by itself. The view is made anew because a
    function is stored with the text of those in it; always, for the reason that `apply_decoding` gives.
    """
    events = _array(f"'{name}'" for name in sorted(registry.load().events))
    rules = _RULES.replace("{rules}", _quoted(_array(_rules())))
    engine.execute(_FUNCTION.replace("{events}", _quoted(events)).replace("{rules}", rules).replace("{resolved}", RESOLVED))
    text = statement.load("assay.store.schema", "0096_assay_invalid_events").text
    engine.execute(f"ALTER TABLE decode_events MODIFY QUERY {text.rpartition(' TO assay_incoming_events AS')[2]}")


def _rules() -> Iterator[str]:
    known = registry.load()
    older = {attribute.renamed_to: attribute.name for attribute in known.attributes.values() if attribute.renamed_to}
    for name, event in sorted(known.events.items()):
        for key, level in {**known.common, **event.requirements}.items():
            about = known.attributes[key]
            kind = _KINDS.get(about.type, "")
            if about.format == "rfc3339":
                kind = "time of begin" if key in BEGINNINGS else "time"
            if level == "required" or kind or about.values:
                values = _array(f"'{value}'" for value in about.values)
                yield f"('{name}','{key}','{older.get(key, '')}',{str(level == 'required').lower()},'{kind}',{values})"


def _array(elements: Iterable[str]) -> str:
    return f"[{','.join(elements)}]"


def _quoted(text: str) -> str:
    return text.replace("'", "''")
