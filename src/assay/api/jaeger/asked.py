"""The parameters of Jaeger's query API.

Source: jaegertracing/jaeger, `cmd/jaeger/internal/extension/jaegerquery/internal/query_parser.go` and `apiv3/http_gateway.go`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import orjson
from starlette.datastructures import QueryParams

from assay.core.errors import InvalidInput
from assay.query.conditions import Condition
from assay.query.times import DAY, TimeRange, parse_duration, parse_time
from assay.query.traces import MAX_DURATION, SpanConditions

MAX_TRACES = 1000

_DEFAULT_TRACES = 100
_DEFAULT_LOOKBACK_NS = 2 * DAY
_MICROSECOND, _MILLISECOND = 1_000, 1_000_000
_HEX = re.compile(r"[0-9a-fA-F]{1,32}")
_GO_PART = re.compile(r"\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h)")


@dataclass(frozen=True, slots=True)
class Search:
    """Which traces are asked for: those with the given ids, or else those with a span that meets the conditions."""

    trace_ids: Sequence[str]
    conditions: SpanConditions
    within: TimeRange
    limit: int


def read_trace_id(text: str) -> str:
    """Return a trace id as it is stored; Jaeger leaves out leading zeros.

    Raises:
        InvalidInput: it is none.
    """
    if not _HEX.fullmatch(text):
        raise InvalidInput("trace_id_invalid", f"{text!r} is no trace id", "a trace id has up to 32 hexadecimal digits")
    return text.lower().rjust(32, "0")


def read_legacy_search(asked: QueryParams, now_ns: int) -> Search:
    """Read the parameters of `/api/traces`: times in microseconds, durations as Go writes them.

    Raises:
        InvalidInput: neither a service nor a trace id is given, or a value is wrong.
    """
    trace_ids = [read_trace_id(text) for text in asked.getlist("traceID")]
    service = asked.get("service", "")
    if not service and not trace_ids:
        raise InvalidInput("parameter_missing", "parameter 'service' is required", "give service, or traceID")
    end_ns = _number(asked, "end", now_ns, _MICROSECOND)
    tags = _split(asked.getlist("tag"))
    for text in asked.getlist("tags"):
        tags |= _map("tags", text)
    return Search(
        trace_ids=trace_ids,
        conditions=_conditions(
            service, asked.get("operation", ""), asked.get("minDuration", ""), asked.get("maxDuration", ""), tags
        ),
        within=_range(_number(asked, "start", end_ns - _DEFAULT_LOOKBACK_NS, _MICROSECOND), end_ns),
        limit=_limit(asked.get("limit", "")),
    )


def read_v3_search(asked: QueryParams, now_ns: int) -> Search:
    """Read the `query.…` parameters of `/api/v3/traces`: times as RFC 3339, by their camel-case or their former names.

    Raises:
        InvalidInput: a time is missing, or a value is wrong.
    """
    given = {_camel(key.removeprefix("query.")): value for key, value in asked.items() if key.startswith("query.")}
    times = []
    for name in ("startTimeMin", "startTimeMax"):
        if not given.get(name):
            raise InvalidInput("parameter_missing", f"query.{name} is required", "write RFC 3339 such as 2026-11-03T10:00:00Z")
        times.append(parse_time(given[name], now_ns))
    if given.get("filter"):
        raise InvalidInput("filter_unsupported", "query.filter is not supported", "use query.attributes")
    return Search(
        trace_ids=(),
        conditions=_conditions(
            given.get("serviceName", ""),
            given.get("operationName", ""),
            given.get("durationMin", ""),
            given.get("durationMax", ""),
            _map("query.attributes", given["attributes"]) if given.get("attributes") else {},
        ),
        within=_range(*times),
        limit=_limit(given.get("searchDepth", "") or given.get("numTraces", "")),
    )


def read_lookback(asked: QueryParams, now_ns: int) -> TimeRange:
    """Read `endTs` and `lookback`, both in milliseconds.

    Raises:
        InvalidInput: one is no number.
    """
    end_ns = _number(asked, "endTs", now_ns, _MILLISECOND)
    return _range(end_ns - _number(asked, "lookback", DAY, _MILLISECOND), end_ns)


def _conditions(service: str, operation: str, shortest: str, longest: str, tags: Mapping[str, str]) -> SpanConditions:
    """Make conditions; the tags that Jaeger derives from a span's own fields are looked up in these fields."""
    left = dict(tags)
    kind = left.pop("span.kind", "")
    error = left.pop("error", "").lower()
    status = left.pop("otel.status_code", "error" if error == "true" else "").lower()
    if error and error != "true":
        raise InvalidInput("tag_invalid", "error can only be asked for as true", "leave it out, or use otel.status_code=OK")
    return SpanConditions(
        service=service,
        operation="" if operation == "all" else operation,
        kind=kind,
        status=status,
        min_duration_ns=_go_duration(shortest, 0),
        max_duration_ns=_go_duration(longest, MAX_DURATION),
        attributes=[Condition(key, "=", value) for key, value in left.items()],
    )


def _split(tags: Sequence[str]) -> dict[str, str]:
    def parts() -> Iterator[tuple[str, str]]:
        for tag in tags:
            key, colon, value = tag.partition(":")
            if not key or not colon:
                raise InvalidInput("tag_invalid", f"malformed 'tag' parameter, expecting key:value, received: {tag}")
            yield key, value

    return dict(parts())


def _map(name: str, text: str) -> dict[str, str]:
    try:
        read = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InvalidInput("tag_invalid", f"malformed '{name}' parameter: {error}", 'write {"key":"value"}') from None
    if not isinstance(read, dict) or not all(isinstance(value, str) for value in read.values()):
        raise InvalidInput("tag_invalid", f"'{name}' is no JSON object of strings", 'write {"key":"value"}')
    return read


def _go_duration(text: str, otherwise: int) -> int:
    """Read such as `1.5s` or `1h30m` in nanoseconds."""
    if not text:
        return otherwise
    parts = _GO_PART.findall(text)
    if not parts or "".join(parts) != text:
        raise InvalidInput("duration_invalid", f"{text!r} is no duration", "write a number and a unit: 250ms, 1.2s, 1h30m")
    return min(sum(parse_duration(part) for part in parts), MAX_DURATION)


def _number(asked: QueryParams, name: str, otherwise_ns: int, unit_ns: int) -> int:
    text = asked.get(name, "")
    if not text:
        return otherwise_ns
    if not text.isascii() or not text.isdigit() or len(text) > 19:
        raise InvalidInput("number_invalid", f"parameter '{name}' is no number: {text}")
    return int(text) * unit_ns


def _limit(text: str) -> int:
    if not text:
        return _DEFAULT_TRACES
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= MAX_TRACES:
        raise InvalidInput("limit_invalid", f"{text!r} is no limit", f"write a number from 1 to {MAX_TRACES}")
    return int(text)


def _range(start_ns: int, end_ns: int) -> TimeRange:
    latest = 2**63 - 1
    start_ns, end_ns = max(0, min(start_ns, latest)), max(0, min(end_ns, latest))
    if start_ns > end_ns:
        raise InvalidInput("range_invalid", "the range ends before it starts", "exchange start and end")
    return TimeRange(start_ns, end_ns)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
