"""A case as it is written: `policies`, what is `given`, and what is `expected` (docs/policies.md says more)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import yaml
from pydantic import Discriminator, Field, Tag, ValidationError, model_validator

from assay.core.config import Section
from assay.core.errors import InvalidInput

_TRACE_ID = re.compile("[0-9a-f]{32}")
_Values = dict[str, Any]


class Event(Section):
    name: str = ""
    attributes: _Values = Field(default={})


class Link(Section):
    trace: str
    attributes: _Values = Field(default={})


class _Given(Section):
    service: str = "service"
    attributes: _Values = Field(default={})
    resource: _Values = Field(default={})
    scope: _Values = Field(default={})
    received: float = Field(default=0, ge=0, le=3600)
    """Seconds after the first."""


class GivenSpan(_Given):
    """A span; what is left out is that of a span named `operation` that takes 1 ms in a trace of its own."""

    name: str = "operation"
    trace: str = ""
    kind: str = "Internal"
    status: Literal["OK", "ERROR", "UNSET"] = "UNSET"
    status_message: str = ""
    start_ms: float = 0
    duration_ms: float = 1
    trace_state: str = ""
    flags: int = 0
    adjusted_count: float = Field(default=1, ge=1)
    """How many spans of the sender's it stands for, if `trace_state` does not say so."""
    events: list[Event] = Field(default=[])
    links: list[Link] = Field(default=[])
    root: bool | None = None
    """The first span of a trace is its root if nothing else is said."""
    times: int = Field(default=1, ge=1)


class GivenLog(_Given):
    """A log record; `log` is its body, a text or a structure."""

    log: Any
    severity: str = "INFO"
    event_name: str = ""


class GivenPoint(_Given):
    """A data point; `metric` is the name of its metric."""

    metric: str
    kind: Literal["gauge", "sum", "histogram", "exponential_histogram", "summary"] = "gauge"
    unit: str = ""
    value: float = 1
    metadata: _Values = Field(default={})
    exemplar: _Values = Field(default={})


def _kind(value: Any) -> str:
    given = value if isinstance(value, Mapping) else value.__dict__
    return "log" if "log" in given else "metric" if "metric" in given else "span"


Given = Annotated[
    Annotated[GivenSpan, Tag("span")] | Annotated[GivenLog, Tag("log")] | Annotated[GivenPoint, Tag("metric")],
    Discriminator(_kind),
]


class Stored(Section):
    """A row as it is stored; only what is written is compared. Maps are compared whole.

    A text that begins with `~ ` is a regular expression that the whole value has to match.
    """

    service: str | None = None
    attributes: _Values | None = None
    resource: _Values | None = None
    scope: _Values | None = None
    scrubbed: dict[str, str] | None = None
    """The rules that changed a value, by its place."""


class StoredSpan(Stored):
    name: str | None = None
    status_message: str | None = None
    events: list[Event] | None = None
    links: list[_Values] | None = None
    """The attributes of each link."""


class StoredLog(Stored):
    body: str | None = None


class StoredPoint(Stored):
    name: str | None = None
    metadata: _Values | None = None
    exemplar: _Values | None = None


class TraceFate(Section):
    kept: bool
    policy: str | None = None
    adjusted_count: float | None = None


class Expected(Section):
    """What has become of it; only what is written is compared. Rows are in the order in which they were given."""

    spans: list[StoredSpan] | None = None
    logs: list[StoredLog] | None = None
    metrics: list[StoredPoint] | None = None
    traces: dict[str, TraceFate] | None = None
    filtered: dict[str, int] | None = None
    """Items dropped, by filter; all filters that dropped any."""
    refused: str | None = None
    """The policies are refused with a message that has this in it."""

    @model_validator(mode="before")
    @classmethod
    def _name_traces(cls, values: Any) -> Any:
        """Take what is all about traces without its head: `{trace: {kept: true}}`."""
        if isinstance(values, dict) and all(isinstance(each, dict) and "kept" in each for each in values.values()):
            return {"traces": values}
        return values


class Case(Section):
    """One test: under `policies`, what was `given` becomes what is `expected`. `sampling` alone may stand for `policies`."""

    name: str
    policies: dict[str, Any] | None = None
    given: list[Given] = Field(default=[])
    expected: Expected

    @model_validator(mode="before")
    @classmethod
    def _take_sampling(cls, values: Any) -> Any:
        if isinstance(values, dict) and "sampling" in values and "policies" not in values:
            rest = {key: value for key, value in values.items() if key != "sampling"}
            return {**rest, "policies": {"sampling": values["sampling"]}}
        return values


def read_cases(text: str, name: str) -> list[Case]:
    """Read a file of cases, a list.

    Raises:
        InvalidInput: it is none; the message says in which case, and which key.
    """
    try:
        listed = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InvalidInput("cases_invalid", f"{name} is no YAML: {error}") from error
    if not isinstance(listed, list):
        raise InvalidInput("cases_invalid", f"{name} holds no list of cases", "begin each case with `- name:`")
    cases = []
    for number, values in enumerate(listed, 1):
        try:
            cases.append(Case.model_validate(values))
        except ValidationError as error:
            detail = error.errors(include_url=False)[0]
            key = ".".join(str(part) for part in detail["loc"])
            told = "unknown key" if detail["type"] == "extra_forbidden" else detail["msg"]
            hint = "see docs/policies.md for what a case has"
            raise InvalidInput("cases_invalid", f"{name}, case {number}: {key}: {told}", hint) from error
    return cases


def trace_id(trace: str) -> str:
    """Return the id of a trace; a word stands for one that is always the same."""
    return trace if _TRACE_ID.fullmatch(trace) else hashlib.md5(trace.encode(), usedforsecurity=False).hexdigest()
