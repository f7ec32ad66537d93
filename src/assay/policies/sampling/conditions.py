"""What a policy asks of one span, as SQL over the columns of otel_traces."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from assay.policies.sampling import model
from assay.policies.sampling.literals import any_of, quote
from assay.policies.sampling.ottl import translate_event, translate_span
from assay.policies.sampling.refusal import PolicyRefused

# Outside of its literals a condition has no comment and no end of statement, and no bracket of it closes one of ours.
_LITERAL = re.compile(r"'(?:[^'\\]|\\.|'')*'|`(?:[^`\\]|\\.)*`|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)
_MAPS = ("SpanAttributes", "ResourceAttributes")


def condition(policy: model.Policy, path: Sequence[str | int]) -> str | None:
    """Return what one span must be for the trace to be sampled, or None if the type looks at the trace as a whole.

    Raises:
        PolicyRefused: it cannot be translated.
    """
    write = _WRITERS.get(policy.type)
    return write(policy.options, [*path, policy.type]) if write else None


def _status_code(options: model.StatusCode, _path: Sequence[str | int]) -> str:
    return any_of("StatusCode", [code.capitalize() for code in options.status_codes])


def _string(options: model.StringAttribute, _path: Sequence[str | int]) -> str:
    key = quote(options.key)
    if not options.enabled_regex_matching:
        conditions = [
            _present(any_of(f"{column}[{key}]", options.values), column, key, "" in options.values) for column in _MAPS
        ]
    else:
        patterns = [quote(value) for value in options.values]
        conditions = [
            f"(mapContains({column}, {key}) AND ({' OR '.join(f'match({column}[{key}], {pattern})' for pattern in patterns)}))"
            for column in _MAPS
        ]
    if options.key == "service.name" and not options.enabled_regex_matching:
        # The column has the same, and is much quicker to read.
        conditions[1] = any_of("ServiceName", options.values)
    return " OR ".join(conditions)


def _present(compared: str, column: str, key: str, empty: bool) -> str:
    # An attribute that is absent reads as an empty text.
    return f"(mapContains({column}, {key}) AND {compared})" if empty else compared


def _numeric(options: model.NumericAttribute, _path: Sequence[str | int]) -> str:
    bounds = []
    if options.min_value is not None:
        bounds.append((">=", options.min_value))
    if options.max_value is not None:
        bounds.append(("<=", options.max_value))
    conditions = []
    for column in _MAPS:
        number = f"toFloat64OrNull({column}[{quote(options.key)}])"
        conditions.append(f"ifNull({' AND '.join(f'{number} {sign} {bound:.17g}' for sign, bound in bounds)}, 0)")
    return " OR ".join(conditions)


def _boolean(options: model.BooleanAttribute, _path: Sequence[str | int]) -> str:
    value = "'true'" if options.value else "'false'"
    return " OR ".join(f"{column}[{quote(options.key)}] = {value}" for column in _MAPS)


def _trace_state(options: model.TraceState, _path: Sequence[str | int]) -> str:
    members = [quote(f"{options.key}={value}") for value in options.values]
    return f"TraceState != '' AND hasAny(arrayMap(m -> trimBoth(m), splitByChar(',', TraceState)), [{', '.join(members)}])"


def _trace_flags(_options: Any, _path: Sequence[str | int]) -> str:
    return "bitTest(Flags, 0)"


def _sql(options: model.SqlCondition, path: Sequence[str | int]) -> str:
    for index, text in enumerate(options.span):
        _refuse_open(text, [*path, "span", index])
    return " OR ".join(f"ifNull(({text.strip()}), 0)" for text in options.span)


def _refuse_open(text: str, path: Sequence[str | int]) -> None:
    bare = _LITERAL.sub("''", text)
    depth = 0
    for character in bare:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth < 0:
            break
    if depth or ";" in bare or "--" in bare or "/*" in bare or "#" in bare or not bare.strip():
        raise PolicyRefused(
            path, f"{text!r} is not one SQL condition", "write a single condition such as Duration > 1000000, without comments"
        )


def _ottl(options: model.OttlCondition, path: Sequence[str | int]) -> str:
    written = []
    for name, conditions, translate in (
        ("span", options.span, translate_span),
        ("spanevent", options.spanevent, translate_event),
    ):
        for index, text in enumerate(conditions):
            sql = translate(text)
            if sql is None:
                raise PolicyRefused(
                    [*path, name, index],
                    f"the OTTL condition {text!r} cannot be translated",
                    "write it as SQL over the columns of otel_traces: type: sql_condition, "
                    "sql_condition: {span: [\"SpanAttributes['http.route'] LIKE '/api/%'\"]}",
                )
            written.append(f"({sql})")
    return " OR ".join(written)


_WRITERS: dict[str, Any] = {
    "status_code": _status_code,
    "string_attribute": _string,
    "numeric_attribute": _numeric,
    "boolean_attribute": _boolean,
    "trace_state": _trace_state,
    "trace_flags": _trace_flags,
    "sql_condition": _sql,
    "ottl_condition": _ottl,
}
