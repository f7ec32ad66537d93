from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from hypothesis import HealthCheck, given, settings
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from tests import otlp_strategies
from tests.e2e.running import wait_for
from tests.exporters.destination_server import Receiver, Silent, hanging, receiving
from tests.exporters.exporting import QUICK, Journal, exporting, spans
from tests.store.items import items

from assay.core.errors import Misconfigured, NotFound
from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.exporters import Exporters, parse


def otlp(receiver: Receiver, **more: Any) -> dict[str, Any]:
    return {"type": "otlp/http", "endpoint": receiver.url, "spans": "all", **QUICK, **more}


@pytest.mark.parametrize("signal", Signal)
def test_a_destination_gets_exactly_what_was_sent(engine: Engine, tmp_path: Path, signal: Signal) -> None:
    """Any request that OTLP allows arrives with the same items, types and all."""
    requests: list[Message] = []

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(otlp_strategies.requests[signal])
    def collect(request: Message) -> None:
        requests.append(request)

    collect()
    journal = Journal(engine)
    sent: Counter[Any] = Counter()
    for request in requests:
        sent += items(request)
    with receiving() as receiver, exporting(engine, journal, tmp_path, there=otlp(receiver, signals=[signal])):
        journal.put(signal, *requests)

        def got() -> Counter[Any]:
            return sum((items(request) for request in list(receiver.requests[signal])), Counter())

        wait_for(lambda: sum(got().values()) >= sum(sent.values()), "all items", 30)
        assert got() == sent


def test_a_destination_that_is_down_gets_all_later_and_holds_up_no_other(engine: Engine, tmp_path: Path) -> None:
    """What one destination does not take for now comes to it later, in order; another one has it at once."""
    journal = Journal(engine)
    with (
        receiving() as down,
        receiving() as up,
        exporting(engine, journal, tmp_path, down=otlp(down, signals=["traces"]), up=otlp(up, signals=["traces"])) as exporters,
    ):
        down.refuse_always = 503
        journal.put(Signal.TRACES, spans("one"), spans("two"))
        wait_for(lambda: sorted(up.span_names()) == ["one", "two"], "the other destination has all")
        assert down.tried.wait(10)
        assert down.span_names() == []
        wait_for(lambda: "503" in exporters.told()[0].last_error, "the error is told")
        down.refuse_always = 0
        wait_for(lambda: sorted(down.span_names()) == ["one", "two"], "all comes later")


def test_what_is_refused_for_good_is_a_dead_letter(engine: Engine, tmp_path: Path) -> None:
    """A request with status 400 is kept beside its reason, and what follows it goes out."""
    journal = Journal(engine)
    with receiving() as receiver, exporting(engine, journal, tmp_path, there=otlp(receiver, signals=["traces"])):
        receiver.statuses = [400]
        journal.put(Signal.TRACES, spans("poison"))
        wait_for(lambda: bool(list((tmp_path / "there" / "dead").glob("*.json"))), "a dead letter")
        journal.put(Signal.TRACES, spans("fine"))
        wait_for(lambda: receiver.span_names() == ["fine"], "the next one")
    (letter,) = (tmp_path / "there" / "dead").glob("*.bin")
    assert ExportTraceServiceRequest.FromString(letter.read_bytes()).resource_spans[0].scope_spans[0].spans[0].name == "poison"
    assert b"400" in letter.with_suffix(".json").read_bytes()


def test_grpc_gives_the_same_to_another_assay_or_collector(engine: Engine, tmp_path: Path) -> None:
    """Over gRPC the same request arrives, with headers, and RESOURCE_EXHAUSTED with a RetryInfo is tried again."""
    got: list[bytes] = []
    seen: list[Any] = []
    busy = status_pb2.Status(code=8, message="busy")
    busy.details.add().Pack(error_details_pb2.RetryInfo(retry_delay={"seconds": 0}))

    def export(request: bytes, context: grpc.ServicerContext) -> bytes:
        seen.append(dict(context.invocation_metadata()))
        if len(seen) == 1:
            context.set_trailing_metadata((("grpc-status-details-bin", busy.SerializeToString()),))
            context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "busy")
        got.append(request)
        return b""

    name = "opentelemetry.proto.collector.trace.v1.TraceService"
    server = grpc.server(ThreadPoolExecutor(2))
    handlers: dict[str, Any] = {"Export": grpc.unary_unary_rpc_method_handler(export)}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    journal = Journal(engine)
    given = {"type": "otlp/grpc", "endpoint": f"127.0.0.1:{port}", "spans": "all", "signals": ["traces"], **QUICK}
    try:
        with exporting(engine, journal, tmp_path, there={**given, "headers": {"X-Key": "k"}}):
            sent = spans("by-grpc")
            journal.put(Signal.TRACES, sent)
            wait_for(lambda: bool(got), "the request")
    finally:
        server.stop(0)
    assert items(ExportTraceServiceRequest.FromString(got[0])) == items(sent)
    assert seen[1]["x-key"] == "k"


def test_a_missing_credential_loses_nothing(engine: Engine, tmp_path: Path) -> None:
    """With status 401 the exporter waits for somebody to mend it."""
    journal = Journal(engine)
    with receiving() as receiver, exporting(engine, journal, tmp_path, there=otlp(receiver, signals=["traces"])):
        receiver.statuses = [401, 401]
        journal.put(Signal.TRACES, spans("patient"))
        wait_for(lambda: receiver.span_names() == ["patient"], "sent once it is accepted")
    assert not (tmp_path / "there" / "dead").exists()


def test_filters_choose_by_service_and_condition(engine: Engine, tmp_path: Path) -> None:
    """Only spans of the listed services for which the condition holds go out, with the headers that are configured."""
    journal = Journal(engine)
    given = {"services": ["a", "it's"], "conditions": {"traces": "SpanName != 'no'"}, "headers": {"x-key": "k"}}
    with receiving() as receiver, exporting(engine, journal, tmp_path, there=otlp(receiver, signals=["traces"], **given)):
        journal.put(Signal.TRACES, spans("yes", "no", service="a"), spans("no-too", service="b"), spans("also", service="it's"))
        wait_for(lambda: len(receiver.span_names()) >= 2, "the chosen ones")
        assert sorted(receiver.span_names()) == ["also", "yes"]
        assert receiver.headers[0]["x-key"] == "k"


def test_pause_survives_a_restart_and_replay_sends_again(engine: Engine, tmp_path: Path) -> None:
    """A paused exporter stays so; resumed it goes on where it was; a replay sends what was received since a time again."""
    journal = Journal(engine)
    before = time.time() - 1
    with receiving() as receiver:
        configured = {"there": otlp(receiver, signals=["traces"])}
        with exporting(engine, journal, tmp_path, **configured) as exporters:
            exporters.pause("there", True)
            journal.put(Signal.TRACES, spans("held"))
        with exporting(engine, journal, tmp_path, **configured) as exporters:
            assert exporters.told()[0].paused
            assert receiver.span_names() == []
            exporters.pause("there", False)
            wait_for(lambda: receiver.span_names() == ["held"], "resumed")
            wait_for(lambda: exporters.told()[0].position == journal.committed(Signal.TRACES), "remembered")
            exporters.replay("there", before)
            wait_for(lambda: receiver.span_names().count("held") == 2, "replayed")
            with pytest.raises(NotFound):
                exporters.pause("nowhere", True)


def test_all_are_told_to_stop_before_any_is_waited_for(engine: Engine, tmp_path: Path) -> None:
    """Of two destinations that never answer, the quicker one begins no new request while the slower one is waited for."""
    journal = Journal(engine)
    hung = {"type": "otlp/http", "spans": "all", "signals": ["traces"], **QUICK}
    took = []
    with hanging() as silent:
        for seconds in ({"slow": 4}, {"slow": 4, "quick": 2.5}):
            given = {name: {**hung, "endpoint": silent.url, "timeout_seconds": each} for name, each in seconds.items()}
            expected = silent.arrived() + len(given)
            with exporting(engine, journal, tmp_path / str(len(given)), **given):
                journal.put(Signal.TRACES, spans("held"))
                wait_for(partial(_have_arrived, silent, expected), "each is in a request")
                began = time.monotonic()
            took.append(time.monotonic() - began)
    assert took[1] < 1.25 * took[0]


def _have_arrived(silent: Silent, expected: int) -> bool:
    return silent.arrived() >= expected


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"x": {"type": "otlp/htp"}}, "exporters.x.type: 'otlp/htp' is no destination"),
        ({"x": {"type": "otlp/http"}}, "exporters.x.endpoint: Field required"),
        ({"x": {"type": "console", "colour": 1}}, "exporters.x.colour: unknown key"),
        (
            {"x": {"type": "otlp/http", "endpoint": "http://h", "headers": {"a": "${env:ASSAY_NONE_SUCH}"}}},
            "exporters.x.headers.a: the environment has no variable ASSAY_NONE_SUCH",
        ),
    ],
)
def test_a_wrong_configuration_says_where(tmp_path: Path, given: dict[str, Any], said: str) -> None:
    """The error names line and key."""
    file = tmp_path / "assay.yaml"
    file.write_text("exporters:\n  x:\n    type: console\n")
    with pytest.raises(Misconfigured) as caught:
        parse(given, file)
    assert said in caught.value.message
    assert f"{file}:" in caught.value.message


@pytest.mark.parametrize("condition", ["NoSuchColumn = 1", "1) OR (1", "1 --", "1 FROM otel_logs", "1, 2", "count() > 1", " "])
def test_a_condition_that_the_engine_refuses_is_told(engine: Engine, tmp_path: Path, condition: str) -> None:
    """A condition is tried before anything starts, by itself, so that none reaches beyond its place; the error has its line."""
    file = tmp_path / "assay.yaml"
    file.write_text("exporters:\n  x:\n    type: console\n    conditions:\n      logs: it\n")
    given = {"x": {"type": "console", "conditions": {"logs": condition}}}
    with pytest.raises(Misconfigured, match=r"assay\.yaml:5: exporters\.x\.conditions\.logs"):
        Exporters(engine, given, tmp_path, lambda _signal: 0, file)
