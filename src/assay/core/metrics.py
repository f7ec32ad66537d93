"""Assay's own metrics, one definition each, shared by both processes.

Intake and core write to memory-mapped files in one directory (the multiprocess mode of prometheus_client), so `/metrics`
in core shows what intake counted, and a killed process loses no count. The directory must be in `PROMETHEUS_MULTIPROC_DIR`
before this module is imported; without it the values stay in the process, as in tests.
"""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

START_TIME_SECONDS = Gauge("assay_start_time_seconds", "When Assay was started, in Unix seconds.", multiprocess_mode="min")
RECEIVED_REQUESTS = Counter("assay_received_requests", "Requests acknowledged.", ["signal", "source"])
RECEIVED_ITEMS = Counter("assay_received_items", "Spans, data points and log records acknowledged.", ["signal", "source"])
RECEIVED_BYTES = Counter("assay_received_bytes", "Bytes of acknowledged requests, decompressed.", ["signal", "source"])
REFUSED_REQUESTS = Counter("assay_refused_requests", "Requests refused as a whole.", ["signal", "source", "reason"])
REFUSED_ITEMS = Counter("assay_refused_items", "Items refused, where they could be counted.", ["signal", "source", "reason"])
IGNORED_WEBHOOKS = Counter("assay_ignored_webhooks", "Messages of webhooks that mean no event.", ["source", "reason"])
ACKNOWLEDGE_SECONDS = Histogram(
    "assay_acknowledge_seconds",
    "Time from a complete request to its acknowledgement.",
    ["signal", "source"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
JOURNAL_BYTES = Gauge(
    "assay_journal_bytes", "Disk taken by requests not yet stored.", ["signal"], multiprocess_mode="mostrecent"
)
STORED_ITEMS = Counter("assay_stored_items", "Spans, data points and log records written to the store.", ["signal"])
STORED_SEGMENTS = Counter("assay_stored_segments", "Journal segments written to the store.", ["signal"])
DEAD_ITEMS = Counter("assay_dead_letter_items", "Items that the engine refused, kept as dead letters.", ["signal"])
DEAD_RECORDS = Counter("assay_dead_letter_records", "Requests that the engine refused, kept as dead letters.", ["signal"])
LOAD_RETRIES = Counter("assay_load_retries", "Attempts to load a segment that are repeated later.", ["signal", "reason"])
LAG_SECONDS = Gauge(
    "assay_lag_seconds", "Age of the oldest sealed segment not yet stored.", ["signal"], multiprocess_mode="mostrecent"
)
COMMITTED_BATCH = Gauge(
    "assay_committed_batch", "Number of the segment up to which all are stored.", ["signal"], multiprocess_mode="mostrecent"
)
SAMPLING_TRACES = Counter(
    "assay_sampling_traces",
    "Traces decided, by the policy (empty: none sampled it) and by why it was then (the root had ended, or the wait was over).",
    ["policy", "decision", "reason"],
)
SAMPLING_SPANS = Counter("assay_sampling_spans", "Spans of decided traces, late ones too.", ["decision"])
SAMPLING_LATE_SPANS = Counter(
    "assay_sampling_late_spans", "Spans that came after the decision on their trace and followed it.", ["decision"]
)
SAMPLING_PASS_SECONDS = Histogram(
    "assay_sampling_pass_seconds",
    "Time of one pass of the sampler.",
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
SAMPLING_LAG_SECONDS = Gauge(
    "assay_sampling_lag_seconds", "How long the oldest undecided trace is overdue.", multiprocess_mode="mostrecent"
)
SAMPLING_FAILURES = Counter("assay_sampling_failures", "Passes that are repeated later.", ["reason"])
EXPORTER_SENT = Counter("assay_exporter_sent_items", "Items that a destination has taken.", ["exporter", "signal"])
EXPORTER_DEAD = Counter(
    "assay_exporter_dead_letter_items", "Items that a destination refused for good.", ["exporter", "signal", "reason"]
)
EXPORTER_MISSED = Counter(
    "assay_exporter_missed_rows", "Rows that were deleted, by retention, before they were sent.", ["exporter", "signal"]
)
EXPORTER_RETRIES = Counter("assay_exporter_retries", "Requests that are sent again later.", ["exporter", "signal", "reason"])
EXPORTER_LAG_ROWS = Gauge(
    "assay_exporter_lag_rows", "Rows that wait, before filters.", ["exporter", "signal"], multiprocess_mode="mostrecent"
)
EXPORTER_LAG_SECONDS = Gauge(
    "assay_exporter_lag_seconds", "Age of the oldest row that waits.", ["exporter", "signal"], multiprocess_mode="mostrecent"
)
HOT_WINDOW_SECONDS = Gauge(
    "assay_hot_window_seconds", "How far back every span is there, sampled or not.", multiprocess_mode="mostrecent"
)
HOT_WINDOW_BYTES = Gauge("assay_hot_window_bytes", "Disk that the hot window takes.", multiprocess_mode="mostrecent")
HOT_WINDOW_SHORTENED = Counter(
    "assay_hot_window_shortened", "Partitions of five minutes that left the hot window early, because it took too much disk."
)
