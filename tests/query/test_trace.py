from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Status
from tests.conftest import Store
from tests.otlp_requests import SECOND, attributes, logs, record, span, traces

from assay.core.errors import InvalidInput, NotFound
from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.core.values import Described
from assay.query.times import format_time
from assay.query.trace import parse_span_id, parse_trace_id, read_trace

_NOW = time.time_ns()


def test_a_trace_is_given_whole(engine: Engine, store: Store) -> None:
    """A trace has its spans by start, with typed attributes, events, links, scope and resource, and its log records by time."""
    trace_id, other = uuid4().hex, uuid4().hex
    full = span(
        trace_id, 1, name="root", start_ns=_NOW, duration_ns=5, kind=2, values={"n": 5, "text": "5", "b": b"\0"}, flags=257
    )
    full.trace_state = "a=b"
    full.status.CopyFrom(Status(code=Status.STATUS_CODE_ERROR, message="broken"))
    full.dropped_attributes_count, full.dropped_events_count, full.dropped_links_count = 1, 2, 3
    full.events.add(
        time_unix_nano=_NOW + 1, name="retry", attributes=attributes({"x": [1, {"y": 2.0}]}), dropped_attributes_count=4
    )
    full.links.add(trace_id=bytes.fromhex(other), span_id=bytes(8), trace_state="c=d", attributes=attributes({"k": None}))
    request = traces("shop", [span(trace_id, 2, 1, start_ns=_NOW + 2), full], {"host.cpus": 8})
    request.resource_spans[0].schema_url = "resource/1"
    scope = request.resource_spans[0].scope_spans[0]
    scope.scope.name, scope.scope.version, scope.schema_url = "lib", "1.2", "scope/1"
    scope.scope.attributes.extend(attributes({"mode": True}))
    store(Signal.TRACES, request)
    ids: dict[str, Any] = {"trace_id": bytes.fromhex(trace_id), "span_id": (1).to_bytes(8)}
    store(Signal.LOGS, logs("shop", [record(_NOW + 4, "second", **ids), record(_NOW + 3, "first", **ids)]))

    trace = read_trace(engine, trace_id)

    assert [each.span_id for each in trace.spans] == ["0000000000000001", "0000000000000002"]
    root, child = trace.spans
    assert (root.parent_span_id, child.parent_span_id) == ("", "0000000000000001")
    assert (root.name, root.kind, root.service, root.start, root.duration_ns) == (
        "root",
        "server",
        "shop",
        format_time(_NOW),
        5,
    )
    assert (root.status, root.status_message, root.trace_state, root.flags) == ("error", "broken", "a=b", 257)
    assert root.attributes == {"b": Described("bytes", "AA=="), "n": Described("int", 5), "text": Described("string", "5")}
    assert (root.dropped_attributes, root.dropped_events, root.dropped_links) == (1, 2, 3)
    (event,) = root.events
    assert (event.time, event.name, event.dropped_attributes) == (format_time(_NOW + 1), "retry", 4)
    assert event.attributes["x"].value == [Described("int", 1), Described("map", {"y": Described("double", 2.0)})]
    (link,) = root.links
    assert (link.trace_id, link.span_id, link.trace_state) == (other, "0" * 16, "c=d")
    assert link.attributes == {"k": Described("empty", None)}
    assert root.resource.attributes["host.cpus"] == Described("int", 8)
    assert (root.resource.schema_url, root.scope.schema_url) == ("resource/1", "scope/1")
    assert (root.scope.name, root.scope.version, root.scope.attributes) == ("lib", "1.2", {"mode": Described("bool", True)})
    assert [each.body.value for each in trace.logs] == ["first", "second"]
    assert not trace.more_spans
    assert not trace.more_logs


def test_a_trace_may_have_only_records(engine: Engine, store: Store) -> None:
    """Log records of a trace whose spans were not sampled are found under its id."""
    trace_id = uuid4().hex
    store(Signal.LOGS, logs("shop", [record(_NOW, "alone", trace_id=bytes.fromhex(trace_id))]))
    trace = read_trace(engine, trace_id)
    assert (trace.spans, [each.body.value for each in trace.logs]) == ([], ["alone"])


@pytest.mark.parametrize("start", [0, 1, 2**32 * SECOND + 5, 2**63 - 2_000_000, 2**63, 2**64 - 1_000_001])
def test_a_wrong_clock_hides_no_span(engine: Engine, store: Store, start: int) -> None:
    """A span is found with its trace wherever its sender's clock stands."""
    trace_id = uuid4().hex
    spans = [span(trace_id, 1, start_ns=_NOW), span(trace_id, 2, 1, start_ns=start)]
    store(Signal.TRACES, traces("clock", spans))
    assert len(read_trace(engine, trace_id).spans) == 2


def test_an_unknown_trace_is_not_found(engine: Engine) -> None:
    """Nothing under an id is an error of its own."""
    with pytest.raises(NotFound):
        read_trace(engine, uuid4().hex)


def test_ids_are_hexadecimal_of_their_length() -> None:
    """Ids are taken in any case; anything else is refused."""
    assert parse_trace_id("AB" * 16) == "ab" * 16
    assert parse_span_id("AB" * 8) == "ab" * 8
    for wrong in ("", "ab", "zz" * 16, "ab" * 17, "ab" * 16 + "\n"):
        with pytest.raises(InvalidInput):
            parse_trace_id(wrong)
        with pytest.raises(InvalidInput):
            parse_span_id(wrong)


def test_a_trace_names_the_spans_that_link_to_it(engine: Engine, store: Store) -> None:
    """Those of other traces are followers by start, one for each link, with the span that it leads to; its own are not."""
    trace_id, early, late = uuid4().hex, uuid4().hex, uuid4().hex
    to_first, to_second, away = (
        {"trace_id": bytes.fromhex(trace), "span_id": number.to_bytes(8)}
        for trace, number in ((trace_id, 1), (trace_id, 2), (late, 1))
    )
    sent = [span(trace_id, number, start_ns=_NOW, links=[to_first]) for number in (1, 2)]
    batch = span(late, 1, name="bill all", start_ns=_NOW + 2, links=[away, to_first, to_second])
    store(Signal.TRACES, traces("orders", sent))
    store(Signal.TRACES, traces("billing", [batch, span(early, 1, name="bill", start_ns=_NOW + 1, links=[to_second])]))
    followers = read_trace(engine, trace_id).followers
    assert [(each.trace_id, each.to_span_id, each.service, each.name, each.start) for each in followers] == [
        (early, "0000000000000002", "billing", "bill", format_time(_NOW + 1)),
        (late, "0000000000000001", "billing", "bill all", format_time(_NOW + 2)),
        (late, "0000000000000002", "billing", "bill all", format_time(_NOW + 2)),
    ]
    assert [each.trace_id for each in read_trace(engine, late).followers] == []
