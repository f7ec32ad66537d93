"""The sampling section as it is written: the options of the Collector's tail_sampling processor and a few of ours.

Names and meaning follow the processor as of its release 0.162 (README.md and config.go of
open-telemetry/opentelemetry-collector-contrib, processor/tailsamplingprocessor), so that its `policies:` can be pasted.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from assay.core.config import Bytes, Section

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_UNIT_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def _parse_duration(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    parts = _DURATION.findall(value)
    if not parts or "".join(number + unit for number, unit in parts) != value.strip():
        raise ValueError(f"{value!r} is no duration; write such as 500ms, 30s, 5m or 1h")
    return sum(float(number) * _UNIT_SECONDS[unit] for number, unit in parts)


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _as_text(value: Any) -> Any:
    if isinstance(value, list):
        return [
            str(element) if isinstance(element, int | float) and not isinstance(element, bool) else element for element in value
        ]
    return value


Seconds = Annotated[
    float,
    BeforeValidator(_parse_duration),
    Field(ge=0),
    WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": "^([0-9.]+(ms|s|m|h|d))+$"}]}),
]
"""A duration in seconds, written as in the Collector: 500ms, 30s, 1m30s, 1h."""
Texts = Annotated[list[str], BeforeValidator(_as_text), Field(min_length=1)]

PolicyType = Literal[
    "always_sample",
    "latency",
    "numeric_attribute",
    "probabilistic",
    "status_code",
    "string_attribute",
    "boolean_attribute",
    "trace_state",
    "trace_flags",
    "rate_limiting",
    "bytes_limiting",
    "span_count",
    "sql_condition",
    "ottl_condition",
    "high_volume",
    "and",
    "not",
    "drop",
    "composite",
]
_WITHOUT_OPTIONS = {"always_sample", "trace_flags"}
_ALL_OPTIONAL = {"latency", "probabilistic", "span_count", "high_volume"}


class Latency(Section):
    threshold_ms: int = Field(default=0, ge=0)
    """Sample traces that take longer than this, from the first start to the last end."""
    upper_threshold_ms: int = Field(default=0, ge=0)
    """And at most this long; 0 is no bound."""


class NumericAttribute(Section):
    key: str
    min_value: float | None = None
    max_value: float | None = None
    invert_match: bool = False

    @model_validator(mode="after")
    def _need_a_bound(self) -> NumericAttribute:
        if self.min_value is None and self.max_value is None:
            raise ValueError("min_value or max_value is missing")
        return self


class Probabilistic(Section):
    sampling_percentage: float = Field(default=0, ge=0)
    """Share of the traces that is kept, in percent; 100 and more is all."""
    hash_salt: str = ""
    """Decide by a hash of this and the trace id instead of the trace id's own randomness."""


class StatusCode(Section):
    status_codes: list[Literal["OK", "ERROR", "UNSET"]] = Field(min_length=1)


class StringAttribute(Section):
    key: str
    values: Texts
    enabled_regex_matching: bool = False
    """The values are regular expressions (RE2), found anywhere in the attribute's value."""
    cache_max_size: int = 0
    """Accepted and not needed."""
    invert_match: bool = False


class BooleanAttribute(Section):
    key: str
    value: bool = False
    invert_match: bool = False


class TraceState(Section):
    key: str
    values: Texts


class RateLimiting(Section):
    spans_per_second: int = Field(gt=0)
    burst_capacity: int = Field(default=0, ge=0)
    """Spans that may be kept at once after a quiet time; 0 is twice `spans_per_second`."""


class BytesLimiting(Section):
    bytes_per_second: int = Field(gt=0)
    burst_capacity: int = Field(default=0, ge=0)
    """Bytes that may be kept at once after a quiet time; 0 is twice `bytes_per_second`."""


class SpanCount(Section):
    min_spans: int = Field(default=0, ge=0)
    max_spans: int = Field(default=0, ge=0)
    """At most so many; 0 is no bound."""


class SqlCondition(Section):
    span: Annotated[list[str], BeforeValidator(_as_list), Field(min_length=1)]
    """Conditions over the columns of otel_traces; a trace is sampled if one of them holds for one of its spans."""


class OttlCondition(Section):
    error_mode: Literal["ignore", "silent", "propagate"] = "ignore"
    span: Annotated[list[str], BeforeValidator(_as_list)] = Field(default=[])
    spanevent: Annotated[list[str], BeforeValidator(_as_list)] = Field(default=[])

    @model_validator(mode="after")
    def _need_a_condition(self) -> OttlCondition:
        if not self.span and not self.spanevent:
            raise ValueError("span or spanevent is missing")
        return self


class HighVolume(Section):
    spans_per_second: float = Field(default=100, gt=0)
    """An operation of a service with more spans a second than this, over the last two minutes, is one of high volume."""
    operations: list[str] = Field(default=[])
    """Operations that always are, as `service/operation` or just `operation`."""


class And(Section):
    and_sub_policy: list[Policy] = Field(min_length=1)


class Not(Section):
    not_sub_policy: Policy


class Drop(Section):
    drop_sub_policy: list[Policy] = Field(min_length=1)


class Allocation(Section):
    policy: str
    percent: float = Field(ge=0)


class Composite(Section):
    max_total_spans_per_second: int = Field(gt=0)
    policy_order: list[str] = Field(default=[])
    composite_sub_policy: list[Policy] = Field(min_length=1)
    rate_allocation: list[Allocation] = Field(default=[])

    @model_validator(mode="after")
    def _know_all_names(self) -> Composite:
        names = [policy.name for policy in self.composite_sub_policy]
        for name in [*self.policy_order, *(allocation.policy for allocation in self.rate_allocation)]:
            if name not in names:
                raise ValueError(f"there is no sub-policy named {name!r}; there are {', '.join(names)}")
        return self


class Policy(Section):
    """One policy: a name, a type, and under the type's name its options."""

    name: str = Field(min_length=1)
    type: PolicyType
    latency: Latency | None = None
    numeric_attribute: NumericAttribute | None = None
    probabilistic: Probabilistic | None = None
    status_code: StatusCode | None = None
    string_attribute: StringAttribute | None = None
    boolean_attribute: BooleanAttribute | None = None
    trace_state: TraceState | None = None
    rate_limiting: RateLimiting | None = None
    bytes_limiting: BytesLimiting | None = None
    span_count: SpanCount | None = None
    sql_condition: SqlCondition | None = None
    ottl_condition: OttlCondition | None = None
    high_volume: HighVolume | None = None
    and_: And | None = Field(default=None, alias="and")
    not_: Not | None = Field(default=None, alias="not")
    drop: Drop | None = None
    composite: Composite | None = None

    @property
    def options(self) -> Any:
        """The options of the type; defaults where none are written."""
        return getattr(self, attribute_of(self.type), None)

    @model_validator(mode="before")
    @classmethod
    def _fill_options(cls, values: Any) -> Any:
        if not isinstance(values, dict) or values.get("type") not in get_args(PolicyType):
            return values
        kind = values["type"]
        filled = {key: value for key, value in values.items() if value is not None or key == "name"}
        if kind in _WITHOUT_OPTIONS:
            if filled.get(kind) == {}:
                del filled[kind]
        elif kind in _ALL_OPTIONAL:
            filled.setdefault(kind, {})
        elif kind not in filled:
            raise ValueError(f"a policy of type {kind} needs its options under the key {kind}")
        for other in get_args(PolicyType):
            if other != kind and other in filled:
                raise ValueError(f"the type is {kind}, so the options under {other} would do nothing")
        return filled


def attribute_of(kind: str) -> str:
    """Return the name of the field that has the options of a type."""
    return f"{kind}_" if kind in ("and", "not") else kind


class Sampling(Section):
    """The sampling section; the Collector's top-level options keep their names."""

    enabled: bool = True
    """Keep for longer only what the policies keep; if false every span is kept."""
    hot_window: Seconds = 3600
    """How long every span stays queryable, whatever the policies decide."""
    recent_max_bytes: Bytes = 4 << 30
    """Disk that the hot window may take; beyond it the oldest decided spans leave it earlier."""
    decision_wait: Seconds = Field(default=30, gt=0)
    """Time from the first span of a trace until it is decided at the latest."""
    decision_wait_after_root_received: Seconds = 6
    """Time from the root span until the trace is decided; 0 waits for `decision_wait` always. SDKs export every 5 s, so the
    spans of other services may come that much later than the root."""
    pass_interval: Seconds = Field(default=5, gt=0)
    """Time between two passes of the sampler."""
    sample_on_first_match: bool = False
    """Ask no policy after the first that samples a trace."""
    maximum_trace_size_bytes: int = Field(default=0, ge=0)
    """Keep no trace that is larger than this; 0 is no limit."""
    policies: list[Policy] | None = Field(default=None, min_length=1)
    """Policies in their order; without them the default policies hold."""
    num_traces: Any = None
    expected_new_traces_per_sec: Any = None
    block_on_overflow: Any = None
    drop_pending_traces_on_shutdown: Any = None
    num_shards: Any = None
    decision_cache: Any = None
    tail_storage: Any = None
    sampling_strategy: Any = None

    @model_validator(mode="after")
    def _check(self) -> Sampling:
        if self.hot_window < 2 * self.decision_wait:
            raise ValueError(f"hot_window must be at least twice decision_wait, {2 * self.decision_wait:g}s")
        names = [policy.name for policy in self.policies or ()]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two policies are named {name!r}")
        return self

    def notes(self) -> list[str]:
        """Say which of the Collector's options were given and have nothing to do here."""
        return [f"{name}: {_NOT_NEEDED[name]}" for name in _NOT_NEEDED if getattr(self, name) is not None]


_NOT_NEEDED = {
    "num_traces": "not needed: traces wait in the store, not in memory",
    "expected_new_traces_per_sec": "not needed: nothing is allocated ahead",
    "block_on_overflow": "not needed: nothing overflows; the journal slows senders down when the disk is full",
    "drop_pending_traces_on_shutdown": "not needed: undecided traces are decided after the next start",
    "num_shards": "not needed: the store works on all traces at once",
    "decision_cache": "not needed: decisions are rows, and late spans follow them",
    "tail_storage": "not needed: traces wait in the store",
    "sampling_strategy": "not needed: a trace is decided when it is complete",
}
