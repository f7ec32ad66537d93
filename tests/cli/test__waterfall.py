from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from assay.cli._waterfall import arrange, nanoseconds, render
from assay.query.times import format_time

_BEGIN = 1_800_000_000_000_000_000


def _span(key: int, parent: int = 0, start: int = 0, duration: int = 10, service: str = "a", **fields: Any) -> dict[str, Any]:
    return {
        "span_id": str(key),
        "parent_span_id": str(parent) if parent else "",
        "name": f"s{key}",
        "service": service,
        "start": format_time(_BEGIN + start),
        "duration_ns": duration,
        "status": "unset",
        "status_message": "",
        "kind": "internal",
        "scope": {"name": "lib"},
        "attributes": {},
        "events": [],
        "links": [],
        **fields,
    }


def _shape(*spans: dict[str, Any]) -> list[str]:
    return [f"{row.guides}{row.span['name']}" for row in arrange(list(spans))]


def test_spans_are_a_tree_by_start() -> None:
    """Each span stands below its parent, brothers in the order of their starts."""
    spans = [_span(4, 3, 6), _span(3, 1, 5), _span(1, 0, 0), _span(2, 1, 1)]
    assert _shape(*spans) == ["s1", "├─ s2", "└─ s3", "   └─ s4"]


def test_what_lies_below_an_elder_brother_is_connected() -> None:
    """A line leads past the children of a brother."""
    assert _shape(_span(1), _span(2, 1, 1), _span(3, 2, 2), _span(4, 1, 3)) == ["s1", "├─ s2", "│  └─ s3", "└─ s4"]


def test_a_span_without_its_parent_begins_a_tree() -> None:
    """Where the parent is missing the span is shown on its own, and told as an orphan."""
    rows = arrange([_span(1), _span(2, 9, 5)])
    assert [(row.guides, row.orphan) for row in rows] == [("", False), ("", True)]


@pytest.mark.parametrize("spans", [[_span(1, 1)], [_span(1, 2), _span(2, 1)], [_span(1), _span(1), _span(2, 1)]])
def test_every_span_is_shown_once(spans: list[dict[str, Any]]) -> None:
    """A span that is its own parent, a ring of parents, and one that was sent twice lose nothing and end."""
    assert len(arrange(spans)) == len(spans)


def test_a_trace_may_be_deep() -> None:
    """A chain of thousands of spans is arranged."""
    assert len(arrange([_span(key, key - 1) for key in range(1, 5001)])) == 5000


@pytest.mark.parametrize(
    ("start", "duration", "service", "shift"),
    [(-50, 20, "b", 90), (-50, 200, "b", 50), (-50, 20, "a", 0), (10, 20, "b", 0), (500, 20, "b", 0)],
)
def test_a_clock_that_is_behind_is_put_right(start: int, duration: int, service: str, shift: int) -> None:
    """A span of another service that began before its parent is moved into it, with all below; a later one is left alone."""
    rows = arrange([_span(1, 0, 0, 100), _span(2, 1, start, duration, service), _span(3, 2, start, 1, service)])
    assert [row.shift_ns for row in rows] == [0, shift, shift]


def test_times_are_read_exactly() -> None:
    """Nanoseconds are not rounded."""
    assert nanoseconds(format_time(_BEGIN + 123_456_789)) == _BEGIN + 123_456_789
    assert nanoseconds(format_time(0)) == 0


def _draw(trace: dict[str, Any], width: int = 120, verbose: bool = False) -> str:
    out = Console(file=io.StringIO(), width=width, highlight=False, markup=False)
    whole = {"trace_id": "ab" * 16, "spans": [], "logs": [], "more_spans": False, "more_logs": False, "followers": [], **trace}
    render(out, whole, verbose=verbose)
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()


def _log(start: int, **fields: Any) -> dict[str, Any]:
    body = {"type": "string", "value": "hello"}
    return {
        "time": format_time(_BEGIN + start),
        "severity": "warn",
        "severity_text": "",
        "service": "a",
        "event_name": "",
        "body": body,
        **fields,
    }


def test_the_drawing_says_all() -> None:
    """Bars stand where the spans were, failures are marked also without colors, and records follow with their offset."""
    spans = [_span(1, 0, 0, 1000), _span(2, 1, 500, 500, "b", status="error")]
    drawn = _draw({"spans": spans, "logs": [_log(750)]})
    lines = drawn.splitlines()
    assert lines[0] == f"Trace {'ab' * 16}"
    assert "1 µs · 2 spans · 1 error · a, b" in lines[1]
    assert lines[3] == f"a: s1      │{'█' * 40}│     1 µs"
    assert lines[4] == f"└─ b: s2 ✗ │{' ' * 20}{'█' * 20}│   500 ns"
    assert [line.split() for line in lines[6:]] == [["Logs"], ["+750", "ns", "WARN", "a", "hello"]]


def test_the_notes_tell_what_is_missing_or_moved() -> None:
    """Orphans, clocks that were put right, and spans and records that are left out are told."""
    spans = [_span(1, 0, 0, 100), _span(2, 1, -50, 20, "b"), _span(3, 9)]
    drawn = _draw({"spans": spans, "more_spans": True, "logs": [_log(0)], "more_logs": True})
    assert "1 span without the parent in this trace" in drawn
    assert "The clock of b is about 90 ns behind" in drawn
    assert "Only the first 3 spans" in drawn
    assert "Only the last 1 record can" in drawn


def test_what_followed_in_other_traces_is_named() -> None:
    """A span that links to this trace is told with its service, name and trace, and nothing if there is none."""
    follower = {
        "to_span_id": "1",
        "trace_id": "cd" * 16,
        "span_id": "7",
        "service": "b",
        "name": "bill",
        "start": format_time(_BEGIN),
    }
    drawn = _draw({"spans": [_span(1)], "followers": [follower]})
    assert "Linked from 1 span of other traces" in drawn
    assert f"b: bill, trace {'cd' * 16}" in drawn
    assert "Linked" not in _draw({"spans": [_span(1)]})


def test_details_are_shown_on_request() -> None:
    """Attributes, events, links and the status message of each span are listed."""
    text = {"type": "string", "value": "x\x1b[2J"}
    event = {"time": format_time(_BEGIN + 5), "name": "retry", "attributes": {"n": {"type": "int", "value": 2}}}
    link = {"trace_id": "cd" * 16, "span_id": "7"}
    span = _span(1, status="error", status_message="broken", attributes={"k": text}, events=[event], links=[link])
    drawn = _draw({"spans": [span]}, verbose=True)
    expected = ("span 1 · internal · lib", "error: broken", r"k = x\x1b[2J", "+5 ns retry  n=2", f"span 7 of trace {'cd' * 16}")
    assert [words for words in expected if words not in drawn] == []


def test_a_trace_of_records_only_is_shown() -> None:
    """Records without spans are shown with their own times."""
    drawn = _draw({"logs": [_log(0)]})
    assert "no spans" in drawn
    assert "hello" in drawn
