"""The messages of Prometheus remote write, 1.0 and 2.0: prometheus/docs, specs/prw; Prometheus' prompb/*.proto."""

from __future__ import annotations

from typing import Any

from assay.core.messages import define

_HISTOGRAM = """1 uint64? count_int, 2 double? count_float, 3 double sum, 4 sint32 schema, 5 double zero_threshold,
    6 uint64? zero_count_int, 7 double? zero_count_float, 8 BucketSpan* negative_spans, 9 sint64* negative_deltas,
    10 double* negative_counts, 11 BucketSpan* positive_spans, 12 sint64* positive_deltas, 13 double* positive_counts,
    14 int32 reset_hint, 15 int64 timestamp, 16 double* custom_values"""
_SPAN = "1 sint32 offset, 2 uint32 length"
_SAMPLE = "1 double value, 2 int64 timestamp"
_FIRST = {
    "Label": "1 string name, 2 string value",
    "Sample": _SAMPLE,
    "Exemplar": "1 Label* labels, 2 double value, 3 int64 timestamp",
    "BucketSpan": _SPAN,
    "Histogram": _HISTOGRAM,
    "TimeSeries": "1 Label* labels, 2 Sample* samples, 3 Exemplar* exemplars, 4 Histogram* histograms",
    "MetricMetadata": "1 int32 type, 2 string metric_family_name, 4 string help, 5 string unit",
    "WriteRequest": "1 TimeSeries* timeseries, 3 MetricMetadata* metadata",
}
_SECOND = {
    "Sample": _SAMPLE + ", 3 int64 start_timestamp",
    "Exemplar": "1 uint32* labels_refs, 2 double value, 3 int64 timestamp",
    "BucketSpan": _SPAN,
    "Histogram": _HISTOGRAM + ", 17 int64 start_timestamp",
    "Metadata": "1 int32 type, 3 uint32 help_ref, 4 uint32 unit_ref",
    "TimeSeries": """1 uint32* labels_refs, 2 Sample* samples, 3 Histogram* histograms, 4 Exemplar* exemplars,
        5 Metadata metadata, 6 int64 created_timestamp""",
    "Request": "4 string* symbols, 5 TimeSeries* timeseries",
}

METRIC_TYPES = {"counter": 1, "gauge": 2, "histogram": 3, "gaugehistogram": 4, "summary": 5, "info": 6, "stateset": 7}
"""Numbers of the types of metrics, the same in both versions."""


WriteRequest: Any = define("prometheus", _FIRST)["WriteRequest"]
"""A request of version 1.0."""
Request: Any = define("io.prometheus.write.v2", _SECOND)["Request"]
"""A request of version 2.0; `symbols[0]` is the empty text."""
