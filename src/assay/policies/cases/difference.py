"""What differs, in words that people can act on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from assay.policies.cases.model import Stored, TraceFate

_PATTERN = "~ "


def compare_rows(name: str, expected: Sequence[Stored], found: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield what differs between rows, one after the other."""
    for number, (row, stored) in enumerate(zip(expected, found, strict=False)):
        for key, wanted in row.model_dump(exclude_unset=True, mode="json").items():
            yield from _compare(f"{name}[{number}].{key}", wanted, _shaped(key, wanted, stored[key]))
    for number in range(len(found), len(expected)):
        yield f"{name}[{number}]: expected {_shown(expected[number].model_dump(exclude_unset=True))}, but there is no such row"
    for number in range(len(expected), len(found)):
        yield f"{name}[{number}]: stored, but not expected: {_shown(_brief(found[number]))}"


def compare_counts(expected: Mapping[str, int], found: Mapping[str, int]) -> Iterator[str]:
    """Yield the filters that dropped otherwise than expected."""
    for name in sorted({*expected, *found}):
        if expected.get(name, 0) != found.get(name, 0):
            yield f"filtered.{name}: expected {expected.get(name, 0)}, found {found.get(name, 0)}"


def compare_fates(expected: Mapping[str, TraceFate], found: Mapping[str, tuple[bool, str, float]]) -> Iterator[str]:
    """Yield the traces on which another decision was made."""
    for trace, fate in expected.items():
        if trace not in found:
            yield f"traces.{trace}: there is no span of it"
            continue
        kept, policy, adjusted = found[trace]
        words = "kept" if kept else "sampled out"
        by = f"{words} by {policy}" if policy else f"{words}, by no policy"
        if kept != fate.kept:
            yield f"traces.{trace}: expected {'kept' if fate.kept else 'sampled out'}, found {by}"
        elif fate.policy is not None and policy != fate.policy:
            yield f"traces.{trace}: expected {words} by {fate.policy or 'no policy'}, found {by}"
        elif fate.adjusted_count is not None and abs(adjusted - fate.adjusted_count) > 1e-6:
            yield f"traces.{trace}: expected to stand for {fate.adjusted_count:g} traces, found {adjusted:g}"


def _shaped(key: str, wanted: Any, stored: Any) -> Any:
    if key == "events":
        return [{"name": name, "attributes": attributes} for name, attributes in stored]
    if key == "resource" and "service.name" not in wanted:
        return {name: value for name, value in stored.items() if name != "service.name"}
    return stored


def _compare(at: str, wanted: Any, found: Any) -> Iterator[str]:
    if isinstance(wanted, dict) and isinstance(found, dict):
        for key in sorted({*wanted, *found}):
            if key not in found:
                yield f"{at}.{key}: expected {_shown(wanted[key])}, but it is not there"
            elif key not in wanted:
                yield f"{at}.{key}: not expected, found {_shown(found[key])}"
            else:
                yield from _compare(f"{at}.{key}", wanted[key], found[key])
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for number, (each, other) in enumerate(zip(wanted, found, strict=True)):
            yield from _compare(f"{at}[{number}]", each, other)
    elif not _matches(wanted, found):
        yield f"{at}: expected {_shown(wanted)}, found {_shown(found)}"


def _matches(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, str) and wanted.startswith(_PATTERN):
        return re.fullmatch(wanted.removeprefix(_PATTERN), str(found), re.DOTALL) is not None
    return _text(wanted) == _text(found)


def _text(value: Any) -> str:
    """Return a value as the tables have it."""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _brief(row: dict[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in ("name", "body", "attributes") if key in row}


def _shown(value: Any) -> str:
    return repr(value) if isinstance(value, str) else orjson.dumps(value).decode()
