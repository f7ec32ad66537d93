"""Behaviour tests of policies as data: given spans, and which traces are kept by which policy.

A file is a list of cases. A case has a `name`, a `sampling` section, `given` spans and `expected` by trace: `kept`, and if it
matters `policy` and `adjusted_count`. A span has `trace` (32 hexadecimal digits, or words) and what of it differs from a span
named `operation` of the service `service` that takes 1 ms: `name`, `service`, `kind`, `status`, `status_message`, `start_ms`,
`duration_ms`, `attributes`, `resource`, `trace_state`, `flags`, `events` (`name`, `attributes`), `adjusted_count`, `root` (the
first span of a trace is one), `received` (seconds), and `times` to have it so often.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from pydantic import Field

from assay.core.config import Section
from assay.core.ports import Engine
from assay.policies.sampling import model
from assay.policies.sampling.compiled import Moment
from assay.policies.sampling.literals import quote
from assay.policies.sampling.passes import allow
from assay.policies.sampling.reading import compile_sampling

_BEGAN = 1_800_000_000
_TRACE_ID = re.compile("[0-9a-f]{32}")
_tables = itertools.count(1)


class Event(Section):
    name: str = ""
    attributes: dict[str, Any] = Field(default={})


class Span(Section):
    trace: str
    name: str = "operation"
    service: str = "service"
    kind: str = "Internal"
    status: str = "UNSET"
    status_message: str = ""
    start_ms: float = 0
    duration_ms: float = 1
    attributes: dict[str, Any] = Field(default={})
    resource: dict[str, Any] = Field(default={})
    trace_state: str = ""
    flags: int = 0
    events: list[Event] = Field(default=[])
    adjusted_count: float = 1
    root: bool | None = None
    received: float = 0
    times: int = Field(default=1, ge=1)

    @property
    def trace_id(self) -> str:
        """The id; a word stands for one that is always the same."""
        return (
            self.trace
            if _TRACE_ID.fullmatch(self.trace)
            else hashlib.md5(self.trace.encode(), usedforsecurity=False).hexdigest()
        )


class Expectation(Section):
    kept: bool
    policy: str | None = None
    adjusted_count: float | None = None


class Case(Section):
    name: str
    sampling: model.Sampling = model.Sampling()
    given: list[Span]
    expected: dict[str, Expectation]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the policies say of a trace."""

    kept: bool
    policy: str
    adjusted_count: float


def read_cases(text: str) -> list[Case]:
    """Read a file of cases.

    Raises:
        pydantic.ValidationError: it is none.
    """
    return [Case.model_validate(case) for case in yaml.safe_load(text)]


def judge(engine: Engine, case: Case) -> dict[str, Judgement]:
    """Return what the policies say of each trace of a case; all are complete and decided in one pass.

    Raises:
        PolicyRefused: the policies cannot be used.
    """
    table = f"assay_case_{next(_tables)}"
    compiled = compile_sampling(case.sampling, engine)
    engine.execute(f"CREATE TABLE {table} AS otel_traces_recent ENGINE = Memory")
    try:
        seen: set[str] = set()
        for span in case.given:
            engine.execute(f"INSERT INTO {table} {_insert(span, span.trace not in seen)}")
            seen.add(span.trace)
        rows = compiled.traces(compiled.spans(f"FROM {table}"))
        last = max(span.received for span in case.given)
        moment = Moment(_BEGAN, _BEGAN + int(last + case.sampling.decision_wait) + 1)
        moment, _ = allow(engine, compiled, rows, moment, ())
        decided = engine.query(f"SELECT TraceId, Kept, Policy, Adjusted FROM (\n{compiled.decide(rows, moment)}\n)").rows
    finally:
        engine.execute(f"DROP TABLE {table}")
    found = {trace_id: Judgement(bool(kept), policy, adjusted) for trace_id, kept, policy, adjusted in decided}
    return {span.trace: found[span.trace_id] for span in case.given}


def differences(case: Case, judged: Mapping[str, Judgement]) -> Iterator[str]:
    """Yield, in words, what a case expected otherwise."""
    for trace, expected in case.expected.items():
        found = judged.get(trace)
        if found is None:
            yield f"{trace}: there is no span of it"
            continue
        words = "kept" if found.kept else "not kept"
        if found.kept != expected.kept:
            yield f"{trace}: {words}" + (f" by {found.policy}" if found.policy else "")
        elif expected.policy is not None and found.policy != expected.policy:
            yield f"{trace}: {words} by {found.policy or 'no policy'}, not by {expected.policy or 'no policy'}"
        elif expected.adjusted_count is not None and abs(found.adjusted_count - expected.adjusted_count) > 1e-6:
            yield f"{trace}: stands for {found.adjusted_count:g} traces, not {expected.adjusted_count:g}"


def _insert(span: Span, first: bool) -> str:
    is_root = first if span.root is None else span.root
    columns = {
        "TraceId": quote(span.trace_id),
        "SpanId": "lower(hex(rand64(number)))",
        "ParentSpanId": f"if({int(is_root)} AND number = 0, '', '00000000000000aa')",
        "SpanName": quote(span.name),
        "ServiceName": quote(span.service),
        "SpanKind": quote(span.kind),
        "StatusCode": quote(span.status.capitalize()),
        "StatusMessage": quote(span.status_message),
        "Timestamp": f"fromUnixTimestamp64Micro({_BEGAN * 1_000_000 + round(span.start_ms * 1000)})",
        "Duration": str(round(span.duration_ms * 1_000_000)),
        "SpanAttributes": _map(span.attributes),
        "ResourceAttributes": _map({"service.name": span.service, **span.resource}),
        "TraceState": quote(span.trace_state),
        "Flags": str(span.flags),
        "AdjustedCount": str(span.adjusted_count),
        "Events.Name": _array([quote(event.name) for event in span.events], "String"),
        "Events.Attributes": _array([_map(event.attributes) for event in span.events], "Map(String, String)"),
        "Events.Timestamp": f"arrayResize(emptyArrayDateTime(), {len(span.events)})",
        "Events.AttributeTypes": f"arrayMap(i -> [], range({len(span.events)}))",
        "Events.DroppedAttributesCount": f"arrayResize(emptyArrayUInt32(), {len(span.events)})",
        "ReceivedAt": f"fromUnixTimestamp64Micro({_BEGAN * 1_000_000 + round(span.received * 1_000_000)})",
        "Batch": "1",
    }
    names = ", ".join(f"`{name}`" for name in columns)
    return f"({names}) SELECT {', '.join(columns.values())} FROM numbers({span.times})"


def _map(values: Mapping[str, Any]) -> str:
    pairs = [quote(text) for key, value in values.items() for text in (key, _text(value))]
    return f"map({', '.join(pairs)})" if pairs else "map()"


def _array(elements: Sequence[str], kind: str) -> str:
    return f"[{', '.join(elements)}]" if elements else f"[]::Array({kind})"


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
