"""What came in and where it is: received = stored + sampled out + filtered + dead letters + what is still in the journal."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector

from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.query.effects import account

_COUNTED = {
    "assay_received_requests_total": "received_requests",
    "assay_received_items_total": "received_items",
    "assay_received_bytes_total": "received_bytes",
    "assay_refused_requests_total": "refused_requests",
    "assay_refused_items_total": "refused_items",
    "assay_stored_items_total": "loaded_items",
    "assay_dead_letter_items_total": "dead_items",
    "assay_journal_bytes": "journal_bytes",
    "assay_lag_seconds": "lag_seconds",
}
_DECIDED = {"kept": "kept_items", "sampled_out": "sampled_out_items"}


@dataclass(slots=True)
class Flow:
    """What came in since the start and where it is: `lag_seconds` is the age of the oldest segment that is not yet stored.

    Received items are stored, sampled out, filtered or dead letters, or still in the journal (`journal_bytes`); refused ones
    were never received. Of the stored spans `kept_items` are kept by sampling and `undecided_items` wait for the decision on
    their trace. Sampled-out spans can be seen until the hot window has passed. `loaded_items`: what has left the journal for
    the store.
    """

    received_requests: int = 0
    received_items: int = 0
    received_bytes: int = 0
    refused_requests: int = 0
    refused_items: int = 0
    loaded_items: int = 0
    stored_items: int = 0
    kept_items: int = 0
    undecided_items: int = 0
    sampled_out_items: int = 0
    filtered_items: int = 0
    dead_items: int = 0
    journal_bytes: int = 0
    lag_seconds: float = 0.0


@dataclass(slots=True)
class Arrivals:
    """What came in by one way since the start, and what was refused there; `refused` counts requests by the reason."""

    signal: str
    source: str
    received_requests: int = 0
    received_items: int = 0
    received_bytes: int = 0
    refused_items: int = 0
    refused: dict[str, int] = field(default_factory=dict)


def own_registry() -> CollectorRegistry:
    """Return the metrics of both processes, or of this one if it is alone."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def read_flows(engine: Engine) -> dict[str, Flow]:
    """Return how it is going, by signal. What was filtered in the minute of the start counts as after it."""
    flows = {str(signal): Flow() for signal in Signal}
    started = 0.0
    for family in own_registry().collect():
        for sample in family.samples:
            if sample.name == "assay_start_time_seconds":
                started = sample.value
            elif sample.name == "assay_sampling_spans_total":
                _add(flows["traces"], _DECIDED[sample.labels["decision"]], sample.value)
            elif (field := _COUNTED.get(sample.name)) and (flow := flows.get(sample.labels["signal"])):
                _add(flow, field, sample.value)
    filtered, undecided = account(engine, int(started))
    flows["traces"].undecided_items = undecided
    for signal, flow in flows.items():
        flow.filtered_items = filtered.get(signal, 0)
        flow.stored_items = max(0, flow.loaded_items - flow.filtered_items - flow.sampled_out_items)
    return flows


def read_arrivals() -> list[Arrivals]:
    """Return what came in by each way by which something came, that with the most items first."""
    found: dict[tuple[str, str], Arrivals] = {}
    for family in own_registry().collect():
        for sample in family.samples:
            # A way that is open has its counts from the start, at 0.
            if not (name := _COUNTED.get(sample.name, "")).startswith(("received", "refused")) or sample.value == 0:
                continue
            key = sample.labels["signal"], sample.labels["source"]
            arrivals = found.setdefault(key, Arrivals(*key))
            if name == "refused_requests":
                reason = sample.labels["reason"]
                arrivals.refused[reason] = arrivals.refused.get(reason, 0) + int(sample.value)
            else:
                setattr(arrivals, name, getattr(arrivals, name) + int(sample.value))
    return sorted(found.values(), key=lambda each: (-each.received_items, each.signal, each.source))


def _add(flow: Flow, field: str, value: float) -> None:
    kind = type(getattr(flow, field))
    setattr(flow, field, kind(getattr(flow, field) + value))
