"""The messages of Prometheus remote write, 1.0 and 2.0: prometheus/docs, specs/prw; Prometheus' prompb/*.proto.

The classes are made at import from the tables below, for no package on its own has them. Every field knows whether it is set.
"""

from __future__ import annotations

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_SCALARS = {
    "double": 1, "int64": 3, "uint64": 4, "string": 9, "uint32": 13, "enum": 5, "sint32": 17, "sint64": 18,
}  # fmt: skip
_HISTOGRAM = """1 uint64 count_int, 2 double count_float, 3 double sum, 4 sint32 schema, 5 double zero_threshold,
    6 uint64 zero_count_int, 7 double zero_count_float, 8 BucketSpan* negative_spans, 9 sint64* negative_deltas,
    10 double* negative_counts, 11 BucketSpan* positive_spans, 12 sint64* positive_deltas, 13 double* positive_counts,
    14 enum reset_hint, 15 int64 timestamp, 16 double* custom_values"""
_SPAN = "1 sint32 offset, 2 uint32 length"
_SAMPLE = "1 double value, 2 int64 timestamp"
_FIRST = {
    "Label": "1 string name, 2 string value",
    "Sample": _SAMPLE,
    "Exemplar": "1 Label* labels, 2 double value, 3 int64 timestamp",
    "BucketSpan": _SPAN,
    "Histogram": _HISTOGRAM,
    "TimeSeries": "1 Label* labels, 2 Sample* samples, 3 Exemplar* exemplars, 4 Histogram* histograms",
    "MetricMetadata": "1 enum type, 2 string metric_family_name, 4 string help, 5 string unit",
    "WriteRequest": "1 TimeSeries* timeseries, 3 MetricMetadata* metadata",
}
_SECOND = {
    "Sample": _SAMPLE,
    "Exemplar": "1 uint32* labels_refs, 2 double value, 3 int64 timestamp",
    "BucketSpan": _SPAN,
    "Histogram": _HISTOGRAM,
    "Metadata": "1 enum type, 3 uint32 help_ref, 4 uint32 unit_ref",
    "TimeSeries": """1 uint32* labels_refs, 2 Sample* samples, 3 Histogram* histograms, 4 Exemplar* exemplars,
        5 Metadata metadata""",
    "Request": "4 string* symbols, 5 TimeSeries* timeseries",
}

METRIC_TYPES = {"counter": 1, "gauge": 2, "histogram": 3, "gaugehistogram": 4, "summary": 5, "info": 6, "stateset": 7}
"""Numbers of the types of metrics, the same in both versions."""


def _make(package: str, messages: dict[str, str]) -> dict[str, Any]:
    file = descriptor_pb2.FileDescriptorProto(name=f"{package}.proto", package=package, syntax="proto2")
    for name, fields in messages.items():
        made = file.message_type.add(name=name)
        for text in fields.split(","):
            number, kind, field = text.split()
            repeated, kind = kind.endswith("*"), kind.rstrip("*")
            added = made.field.add(name=field, number=int(number), label=3 if repeated else 1)
            if kind in _SCALARS:
                added.type = _SCALARS[kind]  # type: ignore[assignment] # an enum
                added.options.packed = repeated and kind != "string"
            else:
                added.type, added.type_name = added.TYPE_MESSAGE, f".{package}.{kind}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{package}.{name}")) for name in messages}


WriteRequest: Any = _make("prometheus", _FIRST)["WriteRequest"]
"""A request of version 1.0."""
Request: Any = _make("io.prometheus.write.v2", _SECOND)["Request"]
"""A request of version 2.0; `symbols[0]` is the empty text."""
