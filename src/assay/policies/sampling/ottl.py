"""The simple forms of OTTL conditions as SQL: comparisons with == and != joined by `and` and `or`, as in OTTL's own grammar
(open-telemetry/opentelemetry-collector-contrib, pkg/ottl, contexts ottlspan and ottlspanevent)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from assay.policies.sampling.literals import quote

_TERM = re.compile(
    r"""\s*(?P<path>(?:(?:span|spanevent|resource)\.)?(?:attributes\[\s*"(?P<key>(?:[^"\\]|\\.)*)"\s*\]|[a-z_]+(?:\.[a-z_]+)?))
    \s*(?P<operator>==|!=)\s*
    (?P<value>"(?:[^"\\]|\\.)*"|nil|true|false|-?\d+(?:\.\d+)?|[A-Z][A-Z_]+)\s*""",
    re.VERBOSE,
)
_JOIN = re.compile(r"and\b|or\b")
_STATUS_NAMES = ("Unset", "Ok", "Error")
_KIND_NAMES = ("Unspecified", "Internal", "Server", "Client", "Producer", "Consumer")
_STATUS = {f"STATUS_CODE_{name.upper()}": name for name in _STATUS_NAMES} | dict(zip("012", _STATUS_NAMES, strict=True))
_KIND = {f"SPAN_KIND_{name.upper()}": name for name in _KIND_NAMES} | dict(zip("012345", _KIND_NAMES, strict=True))
_TEXTS = {"name": "SpanName", "trace_state": "TraceState", "status.message": "StatusMessage"}
_ENUMS = {"status.code": ("StatusCode", _STATUS), "kind": ("SpanKind", _KIND)}


class _Term(NamedTuple):
    join: str
    path: str
    key: str | None
    operator: str
    value: str


def translate_span(condition: str) -> str | None:
    """Return the SQL of a condition on a span, or None if it is more than comparisons joined by `and` and `or`."""
    return _translate(condition, _span_term)


def translate_event(condition: str) -> str | None:
    """Return the SQL of a condition on one event of a span, or None if it is more than such comparisons.

    The names `name` and `attributes` in it stand for those of one event.
    """
    written = _translate(condition, _event_term)
    return written and f"arrayExists((name, attributes) -> {written}, Events.Name, Events.Attributes)"


def _translate(condition: str, write: Callable[[_Term], str | None]) -> str | None:
    parts = []
    for term in _split(condition) or ():
        sql = write(term)
        if sql is None:
            return None
        parts.append(f"{term.join.upper()} {sql}".strip())
    return " ".join(parts) or None


def _split(condition: str) -> list[_Term] | None:
    terms: list[_Term] = []
    position, join = 0, ""
    while match := _TERM.match(condition, position):
        terms.append(_Term(join, match["path"], match["key"], match["operator"], match["value"]))
        if match.end() == len(condition):
            return terms
        joined = _JOIN.match(condition, match.end())
        if not joined:
            return None
        position, join = joined.end(), joined[0]
    return None


def _span_term(term: _Term) -> str | None:
    path = term.path.removeprefix("span.")
    if term.key is not None and path.startswith(("attributes", "resource.")):
        return _attribute("ResourceAttributes" if path.startswith("resource.") else "SpanAttributes", term)
    if path in _ENUMS:
        column, names = _ENUMS[path]
        return f"{column} {_sql(term)} {quote(names[term.value])}" if term.value in names else None
    return f"{_TEXTS[path]} {_sql(term)} {_text(term)}" if path in _TEXTS and term.value[0] == '"' else None


def _event_term(term: _Term) -> str | None:
    path = term.path.removeprefix("spanevent.")
    if term.key is not None and path.startswith("attributes"):
        return _attribute("attributes", term)
    return f"name {_sql(term)} {_text(term)}" if path == "name" and term.value[0] == '"' else None


def _attribute(column: str, term: _Term) -> str | None:
    key = quote(_unescape(term.key or ""))
    is_there = f"mapContains({column}, {key})"
    if term.value == "nil":
        return is_there if term.operator == "!=" else f"NOT {is_there}"
    if term.value[0].isupper():
        return None
    compared = f"{column}[{key}] {_sql(term)} {_text(term)}"
    # What is absent reads as an empty text, but is not equal to one.
    if _text(term) == "''":
        return f"({is_there} AND {compared})" if term.operator == "==" else f"(NOT {is_there} OR {compared})"
    return compared


def _sql(term: _Term) -> str:
    return "=" if term.operator == "==" else "!="


def _text(term: _Term) -> str:
    return quote(_unescape(term.value[1:-1]) if term.value[0] == '"' else term.value)


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
