"""Enrichment: attributes that are added, renamed or taken away before anything is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assay.policies.refusals import refuse, refuse_unknown
from assay.policies.scrub_rules import literal

_TYPE = "Enum8('empty' = 0, 'string' = 1, 'bool' = 2, 'int' = 3, 'double' = 4, 'array' = 5, 'map' = 6, 'bytes' = 7)"
PLACES = ("resource", "span", "log", "point")
_STEPS = ("rename", "copy", "delete", "set", "default")

# Either name of the environment finds what was sent under the other.
DEFAULTS: Mapping[str, Any] = {
    "resource": {
        "copy": {
            "deployment.environment": "deployment.environment.name",
            "deployment.environment.name": "deployment.environment",
        }
    }
}


@dataclass(frozen=True, slots=True)
class Enrichment:
    """What happens to the attributes at one place, in this order.

    `rename` and `copy` map a name to a new one that must not be there yet; `set` overwrites, `default` does not.
    """

    place: str
    rename: Mapping[str, str]
    copy: Mapping[str, str]
    delete: Sequence[str]
    set: Mapping[str, str]
    default: Mapping[str, str]

    @property
    def steps(self) -> int:
        """How many attributes something happens to."""
        return sum(len(getattr(self, step)) for step in _STEPS)


def parse(given: Any) -> tuple[Enrichment, ...]:
    """Read what shall happen at each place, laid over what comes with Assay.

    A step that is given replaces the one that comes with Assay, so `copy: {}` at a place leaves nothing of its copies.

    Raises:
        InvalidInput: a place, a step or a value is unknown or wrong.
    """
    if not isinstance(given, Mapping | None):
        raise refuse("enrichment", "it is no mapping", f"write one of {', '.join(PLACES)} and the steps under it")
    given = given or {}
    refuse_unknown(given, PLACES, "enrichment")
    return tuple(
        _enrichment(place, {**DEFAULTS.get(place, {}), **_mapping(given.get(place), f"enrichment.{place}")}) for place in PLACES
    )


def _enrichment(place: str, steps: Mapping[str, Any]) -> Enrichment:
    at = f"enrichment.{place}"
    refuse_unknown(steps, _STEPS, at)
    delete = steps.get("delete") or []
    if not isinstance(delete, list) or not all(isinstance(key, str) for key in delete):
        raise refuse(f"{at}.delete", "it is no list of attribute names", "write [a.b, c.d]")
    pairs = {step: _mapping(steps.get(step), f"{at}.{step}") for step in _STEPS if step != "delete"}
    for step, values in pairs.items():
        for key, value in values.items():
            if isinstance(value, dict | list) or value is None:
                raise refuse(f"{at}.{step}.{key}", f"{value!r} is no text", "write a text; numbers and booleans become texts")
    texts = {step: {str(key): _text(value) for key, value in values.items()} for step, values in pairs.items()}
    return Enrichment(place, texts["rename"], texts["copy"], tuple(delete), texts["set"], texts["default"])


def _mapping(value: Any, at: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping | None):
        raise refuse(at, "it is no mapping", "write names and values under it")
    return value or {}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def compile_enrichment(each: Enrichment) -> str:
    """Give the statement that makes the function of one place: (keys, texts, types) as they shall be stored."""
    body = "(keys, texts, types)"
    steps = [_rename(old, new) for old, new in each.rename.items()]
    steps += [_copy(old, new) for old, new in each.copy.items()]
    if removed := [*each.delete, *each.set]:
        steps.append(_delete(removed))
    steps += [_add(key, text) for key, text in {**each.default, **each.set}.items()]
    for step in steps:
        # One element bound to three names: what is written twice is planned twice.
        parts = ", ".join(f"[tupleElement(list, {part})]" for part in (1, 2, 3))
        body = f"arrayMap(list -> arrayMap((ks, ts, ys) -> {step}, {parts})[1], [{body}])[1]"
    return f"CREATE OR REPLACE FUNCTION assay_policy_{each.place} AS (keys, texts, types) -> {body}"


def _rename(old: str, new: str) -> str:
    return f"(arrayMap(k -> if(k = {literal(old)}, if(has(ks, {literal(new)}), k, {literal(new)}), k), ks), ts, ys)"


def _copy(old: str, new: str) -> str:
    place = f"indexOf(ks, {literal(old)})"
    absent = f"has(ks, {literal(old)}) > has(ks, {literal(new)})"
    return (
        f"if({absent}, (arrayPushBack(ks, {literal(new)}), arrayPushBack(ts, ts[{place}]), "
        f"arrayConcat(ys, arraySlice(ys, {place}, 1))), (ks, ts, ys))"
    )


def _delete(keys: Sequence[str]) -> str:
    listed = "[" + ", ".join(literal(key) for key in keys) + "]"
    left = f"NOT has({listed}, k)"
    return f"(arrayFilter(k -> {left}, ks), arrayFilter((t, k) -> {left}, ts, ks), arrayFilter((y, k) -> {left}, ys, ks))"


def _add(key: str, text: str) -> str:
    string = f"[CAST('string', {literal(_TYPE)})]"
    added = f"(arrayPushBack(ks, {literal(key)}), arrayPushBack(ts, {literal(text)}), arrayConcat(ys, {string}))"
    return f"if(has(ks, {literal(key)}), (ks, ts, ys), {added})"
