"""The public testing module shows what a program would send, the same in every run."""

from __future__ import annotations

import logging

import pytest
from opentelemetry import metrics, trace

import assay_sdk
from assay_sdk.testing import START_NS, Captured, Clock, capture

# Made before any capture, as in a program under test.
tracer, meter = trace.get_tracer("own"), metrics.get_meter("own")
counter, gauge = meter.create_counter("own_total"), meter.create_gauge("own_level")


def _record() -> None:
    with tracer.start_as_current_span("own"), assay_sdk.audit("ledger", action="book"):
        counter.add(2, {"kind": "a"})
        gauge.set(7)


def _told(captured: Captured) -> list[tuple[object, ...]]:
    spans = [
        (span.name, span.context.trace_id, span.context.span_id, span.start_time, span.end_time) for span in captured.spans
    ]
    return [
        *spans,
        *(
            (event.event_name, event.timestamp, event.attributes["qms.event.id"])
            for event in captured.events("qms.audit.recorded")
        ),
    ]


def test_ids_and_times_repeat() -> None:
    """Spans of any tracer and events have the clock and the ids of the capture, so two captures are equal."""
    runs = []
    for _ in range(2):
        with capture(Clock(step_seconds=1)) as captured:
            _record()
        runs.append(_told(captured))
    assert runs[0] == runs[1]
    assert runs[0][0][:3] == ("qms.audit.process", 1, 2)
    own = runs[0][1]
    assert own == ("own", 1, 1, START_NS, own[4])


def test_a_capture_begins_empty() -> None:
    """Nothing of what was recorded before is in it, counters included; a gauge is its last value, however often it is read."""
    for _ in range(2):
        with capture() as captured:
            _record()
            assert [captured.value("own_total", kind="a") for _ in range(3)] == [2, 2, 2]
            assert captured.value("own_total", kind="b") == 0
            assert captured.value("own_level") == captured.value("own_level") == 7
            assert len(captured.spans) == 2


def test_what_is_not_there_is_said_with_what_is() -> None:
    """A wrong name fails with the names that were recorded."""
    with capture() as captured:
        _record()
        with pytest.raises(AssertionError, match=r"0 times missing; recorded were own, qms\.audit\.process"):
            captured.span("missing")
        with pytest.raises(AssertionError, match=r"recorded were qms\.audit\.recorded"):
            captured.event("missing")


def test_time_moves_only_when_told() -> None:
    """A duration is what the test made it."""
    with capture() as captured:
        with assay_sdk.workflow("WF-1"):
            logging.getLogger("own").debug("time passes")
            captured.clock.advance(2.5)
        span = captured.span("qms.workflow.process")
    assert span.start_time == START_NS
    assert span.end_time == START_NS + 2_500_000_000
