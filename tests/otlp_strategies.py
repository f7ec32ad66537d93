"""Hypothesis strategies for any OTLP request that the specification allows, of all three signals.

Values are extreme on purpose: 64-bit bounds, NaN and infinities (in their one canonical form), subnormals, astral and control
characters, empty against absent, enum numbers of a later specification. What the specification forbids is left out: attribute
keys are unique within their list, ids are empty or of their exact length, and the `strindex` fields, which only profiles
use, are unset.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

from google.protobuf.message import Message
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1 import common_pb2 as common
from opentelemetry.proto.logs.v1 import logs_pb2 as logs
from opentelemetry.proto.metrics.v1 import metrics_pb2 as metrics
from opentelemetry.proto.resource.v1 import resource_pb2 as resource
from opentelemetry.proto.trace.v1 import trace_pb2 as trace

from assay.core.signals import Signal

VALUE_DEPTH = 5
"""Levels of arrays and maps inside an attribute value or a log body."""

_MAX_ITEMS = 2


def _integers(bits: int, *, signed: bool) -> st.SearchStrategy[int]:
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    return st.one_of(st.sampled_from([0, 1, low, high]), st.integers(low, high))


text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
names = st.one_of(st.sampled_from(["", "service.name", "http.route", "a b", "schlüssel", "🧪", "\x00\n\"'\\"]), text)
doubles = st.floats().map(lambda number: math.nan if math.isnan(number) else number)
int32 = _integers(32, signed=True)
int64 = _integers(64, signed=True)
uint32 = _integers(32, signed=False)
uint64 = _integers(64, signed=False)
nanos = st.one_of(st.integers(1_600_000_000_000_000_000, 2_000_000_000_000_000_000), uint64)
trace_ids = st.one_of(st.just(b""), st.just(bytes(16)), st.binary(min_size=16, max_size=16))
span_ids = st.one_of(st.just(b""), st.just(bytes(8)), st.binary(min_size=8, max_size=8))


def _some(strategy: st.SearchStrategy[Any], max_size: int = _MAX_ITEMS) -> st.SearchStrategy[list[Any]]:
    return st.lists(strategy, max_size=max_size)


def _enum(known: int) -> st.SearchStrategy[int]:
    return st.one_of(st.integers(0, known), st.integers(0, known), int32)


@cache
def _values(depth: int) -> st.SearchStrategy[Any]:
    scalars = st.one_of(
        st.just(common.AnyValue()),
        st.builds(common.AnyValue, string_value=text),
        st.builds(common.AnyValue, bool_value=st.booleans()),
        st.builds(common.AnyValue, int_value=int64),
        st.builds(common.AnyValue, double_value=doubles),
        st.builds(common.AnyValue, bytes_value=st.binary(max_size=8)),
    )
    if depth == 0:
        return scalars
    array = st.builds(common.ArrayValue, values=_some(any_values(depth - 1)))
    mapping = st.builds(common.KeyValueList, values=attributes(depth - 1))
    return st.one_of(
        scalars, scalars, st.builds(common.AnyValue, array_value=array), st.builds(common.AnyValue, kvlist_value=mapping)
    )


@cache
def _pairs(depth: int) -> st.SearchStrategy[list[Any]]:
    pair = st.builds(common.KeyValue, key=names, value=st.one_of(st.none(), any_values(depth), any_values(depth)))
    return st.lists(pair, max_size=_MAX_ITEMS, unique_by=lambda found: found.key)


@st.composite
def any_values(draw: st.DrawFn, depth: int = VALUE_DEPTH) -> Any:
    """Give `AnyValue` messages of every kind, arrays and maps nested up to `depth` levels."""
    return draw(_values(depth))


@st.composite
def attributes(draw: st.DrawFn, depth: int = VALUE_DEPTH) -> Any:
    """Give lists of `KeyValue` with unique keys; a value may be absent."""
    return draw(_pairs(depth))


scopes = st.builds(
    common.InstrumentationScope, name=names, version=text, attributes=attributes(), dropped_attributes_count=uint32
)
entity_refs = st.builds(common.EntityRef, schema_url=text, type=text, id_keys=_some(text), description_keys=_some(text))
resources = st.builds(
    resource.Resource, attributes=attributes(), dropped_attributes_count=uint32, entity_refs=_some(entity_refs, 1)
)
exemplar_fields: dict[str, st.SearchStrategy[Any]] = {
    "filtered_attributes": attributes(),
    "time_unix_nano": nanos,
    "span_id": span_ids,
    "trace_id": trace_ids,
}


def _numbers(kind: Any, fields: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    """Build a message whose `value` is a double, an integer or unset."""
    return st.one_of(
        st.builds(kind, as_double=doubles, **fields), st.builds(kind, as_int=int64, **fields), st.builds(kind, **fields)
    )


exemplars = _some(_numbers(metrics.Exemplar, exemplar_fields))

events = st.builds(trace.Span.Event, time_unix_nano=nanos, name=names, attributes=attributes(), dropped_attributes_count=uint32)
links = st.builds(
    trace.Span.Link,
    trace_id=trace_ids,
    span_id=span_ids,
    trace_state=text,
    attributes=attributes(),
    dropped_attributes_count=uint32,
    flags=uint32,
)
spans = st.builds(
    trace.Span,
    trace_id=trace_ids,
    span_id=span_ids,
    trace_state=text,
    parent_span_id=span_ids,
    flags=uint32,
    name=names,
    kind=_enum(5),
    start_time_unix_nano=nanos,
    end_time_unix_nano=nanos,
    attributes=attributes(),
    dropped_attributes_count=uint32,
    events=_some(events),
    dropped_events_count=uint32,
    links=_some(links),
    dropped_links_count=uint32,
    status=st.none() | st.builds(trace.Status, message=text, code=_enum(2)),
)

log_records = st.builds(
    logs.LogRecord,
    time_unix_nano=nanos,
    observed_time_unix_nano=nanos,
    severity_number=_enum(24),
    severity_text=text,
    body=st.none() | any_values(),
    attributes=attributes(),
    dropped_attributes_count=uint32,
    flags=uint32,
    trace_id=trace_ids,
    span_id=span_ids,
    event_name=names,
)

_point_fields: dict[str, st.SearchStrategy[Any]] = {
    "attributes": attributes(),
    "start_time_unix_nano": nanos,
    "time_unix_nano": nanos,
    "flags": uint32,
}
_distribution_fields: dict[str, st.SearchStrategy[Any]] = {
    **_point_fields,
    "count": uint64,
    "sum": st.none() | doubles,
    "min": st.none() | doubles,
    "max": st.none() | doubles,
    "exemplars": exemplars,
}
_buckets = st.none() | st.builds(metrics.ExponentialHistogramDataPoint.Buckets, offset=int32, bucket_counts=_some(uint64, 3))
number_points = _numbers(metrics.NumberDataPoint, {**_point_fields, "exemplars": exemplars})
histogram_points = st.builds(
    metrics.HistogramDataPoint, bucket_counts=_some(uint64, 3), explicit_bounds=_some(doubles, 3), **_distribution_fields
)
exponential_histogram_points = st.builds(
    metrics.ExponentialHistogramDataPoint,
    scale=int32,
    zero_count=uint64,
    positive=_buckets,
    negative=_buckets,
    zero_threshold=doubles,
    **_distribution_fields,
)
summary_points = st.builds(
    metrics.SummaryDataPoint,
    count=uint64,
    sum=doubles,
    quantile_values=_some(st.builds(metrics.SummaryDataPoint.ValueAtQuantile, quantile=doubles, value=doubles)),
    **_point_fields,
)
_temporality = _enum(2)
metric_data: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"gauge": st.builds(metrics.Gauge, data_points=_some(number_points))}),
    st.fixed_dictionaries(
        {
            "sum": st.builds(
                metrics.Sum,
                data_points=_some(number_points),
                aggregation_temporality=_temporality,
                is_monotonic=st.booleans(),
            )
        }
    ),
    st.fixed_dictionaries(
        {"histogram": st.builds(metrics.Histogram, data_points=_some(histogram_points), aggregation_temporality=_temporality)}
    ),
    st.fixed_dictionaries(
        {
            "exponential_histogram": st.builds(
                metrics.ExponentialHistogram,
                data_points=_some(exponential_histogram_points),
                aggregation_temporality=_temporality,
            )
        }
    ),
    st.fixed_dictionaries({"summary": st.builds(metrics.Summary, data_points=_some(summary_points))}),
)
metric_messages = st.builds(
    lambda data, **fields: metrics.Metric(**fields, **data),
    metric_data,
    name=names,
    description=text,
    unit=text,
    metadata=attributes(1),
)


def _grouped(resource_kind: Any, scope_kind: Any, field: str, items: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """Put items under scopes and scopes under resources; every level may be empty or lack its resource or scope."""
    scope_groups = st.builds(scope_kind, scope=st.none() | scopes, schema_url=text, **{field.rsplit("/", 1)[1]: _some(items)})
    resource_groups = st.builds(
        resource_kind, resource=st.none() | resources, schema_url=text, **{field.split("/", 1)[0]: _some(scope_groups)}
    )
    return _some(resource_groups)


trace_requests: st.SearchStrategy[Message] = st.builds(
    ExportTraceServiceRequest,
    resource_spans=_grouped(trace.ResourceSpans, trace.ScopeSpans, "scope_spans/spans", spans),
)
metric_requests: st.SearchStrategy[Message] = st.builds(
    ExportMetricsServiceRequest,
    resource_metrics=_grouped(metrics.ResourceMetrics, metrics.ScopeMetrics, "scope_metrics/metrics", metric_messages),
)
log_requests: st.SearchStrategy[Message] = st.builds(
    ExportLogsServiceRequest,
    resource_logs=_grouped(logs.ResourceLogs, logs.ScopeLogs, "scope_logs/log_records", log_records),
)
requests: dict[Signal, st.SearchStrategy[Message]] = {
    Signal.TRACES: trace_requests,
    Signal.METRICS: metric_requests,
    Signal.LOGS: log_requests,
}
"""Requests of each signal, as messages of `Export<Signal>ServiceRequest`."""
