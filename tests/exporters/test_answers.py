"""What exporters do with the answers of destinations, and how they connect to them."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import orjson
import pytest
import trustme
from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsPartialSuccess, ExportLogsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from tests import otlp_requests
from tests.e2e.running import wait_for
from tests.exporters.destination_server import Answering, answering, grpc_server
from tests.exporters.exporting import QUICK, Journal, exporting, spans
from tests.exporters.prometheus.measured import counter
from tests.store.items import items

from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.exporters import source
from assay.exporters.otlp_http import REQUESTS


def otlp(server: Answering, signal: Signal = Signal.TRACES, **more: Any) -> dict[str, Any]:
    return {"type": "otlp/http", "endpoint": server.url, "spans": "all", "signals": [signal], **QUICK, **more}


def taken(server: Answering, signal: Signal) -> list[Message]:
    return [REQUESTS[signal].FromString(asked.body) for asked in list(server.taken)]


def letters(directory: Path) -> list[dict[str, Any]]:
    return [orjson.loads(letter.read_bytes()) for letter in (directory / "there" / "dead").glob("*.json")]


def several(signal: Signal) -> Message:
    """Return a request with four items, two of each of two services."""
    now = time.time_ns()
    make: dict[Signal, Callable[[str], Message]] = {
        Signal.TRACES: lambda service: spans("one", "two", service=service),
        Signal.METRICS: lambda service: otlp_requests.metrics(service, [counter("one", 1), counter("two", 2)]),
        Signal.LOGS: lambda service: otlp_requests.logs(service, [otlp_requests.record(now, text) for text in ("one", "two")]),
    }
    made = make[signal]("first")
    made.MergeFrom(make[signal]("second"))
    return made


@pytest.mark.parametrize("signal", Signal)
def test_a_request_that_is_too_large_comes_in_parts(engine: Engine, tmp_path: Path, signal: Signal) -> None:
    """After status 413 the same items come in smaller requests; one that cannot be divided is a dead letter."""
    journal, sent = Journal(engine), several(signal)
    with answering() as server, exporting(engine, journal, tmp_path, there=otlp(server, signal)):
        server.statuses = [413, 413]
        journal.put(signal, sent)
        wait_for(lambda: len(server.taken) == 3, "a half and two quarters")
        got = sum((items(request) for request in taken(server, signal)), items(REQUESTS[signal]()))
        assert got == items(sent)
        server.statuses = [413] * 7
        journal.put(signal, sent)
        wait_for(lambda: len(letters(tmp_path)) == 4, "each item is refused by itself")
    assert [letter["items"] for letter in letters(tmp_path)] == [1, 1, 1, 1]


def test_what_is_taken_only_in_part_is_not_sent_again(engine: Engine, tmp_path: Path) -> None:
    """Partial success of OTLP: as many items as the destination rejected are a dead letter with its reason."""
    journal, sent = Journal(engine), several(Signal.LOGS)
    told = ExportLogsServiceResponse(partial_success=ExportLogsPartialSuccess(rejected_log_records=3, error_message="too old"))
    with answering() as server, exporting(engine, journal, tmp_path, there=otlp(server, Signal.LOGS)) as exporters:
        server.reply = lambda _asked: (200, told.SerializeToString())
        journal.put(Signal.LOGS, sent)
        wait_for(lambda: exporters.told()[0].position == journal.committed(Signal.LOGS), "all is taken")
        assert exporters.told()[0].rate == pytest.approx(1 / 60)
    assert len(server.taken) == 1
    assert [(letter["items"], letter["reason"]) for letter in letters(tmp_path)] == [(3, "too old")]


def test_a_destination_is_left_alone_for_as_long_as_it_asks(engine: Engine, tmp_path: Path) -> None:
    """Retry-After is kept to, though the exporter's own pauses are much shorter."""
    journal, times = Journal(engine), []

    def reply(_asked: Any) -> tuple[int, bytes]:
        times.append(time.monotonic())
        return (429, b"") if len(times) == 1 else (200, b"")

    with answering({"retry-after": "1"}) as server, exporting(engine, journal, tmp_path, there=otlp(server)):
        server.reply = reply
        journal.put(Signal.TRACES, spans("patient"))
        wait_for(lambda: len(server.taken) == 1, "the request")
    assert times[1] - times[0] >= 1


def test_a_large_batch_is_read_in_slices(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each item of a batch that is too large for a page goes out once."""
    monkeypatch.setattr(source, "_ROWS", 7)
    journal = Journal(engine)
    small = spans("small")
    sent = otlp_requests.traces("sliced", [otlp_requests.span("0a" * 16, place, name=f"s{place}") for place in range(1, 61)])
    with answering() as server, exporting(engine, journal, tmp_path, there=otlp(server)) as exporters:
        journal.put(Signal.TRACES, small, sent, small)
        wait_for(lambda: exporters.told()[0].position == journal.committed(Signal.TRACES), "all is taken")
    got = sum((items(request) for request in taken(server, Signal.TRACES)), items(ExportTraceServiceRequest()))
    assert got == items(sent) + items(small) + items(small)
    assert len(server.taken) > 60 / 7


def test_what_retention_deletes_before_it_was_sent_is_counted(engine: Engine, tmp_path: Path) -> None:
    """Rows that waited for a destination and are gone are told as missed, also after a restart."""
    journal = Journal(engine)
    with answering() as server:
        given = otlp(server, Signal.LOGS)
        with exporting(engine, journal, tmp_path, there=given) as exporters:
            server.reply = lambda _asked: (503, b"")
            journal.put(Signal.LOGS, several(Signal.LOGS))
            exporters.look()
            assert exporters.told()[0].lag_rows == 4
            engine.execute(f"DELETE FROM otel_logs WHERE Batch = {journal.committed(Signal.LOGS)}")
            exporters.look()
            assert exporters.told()[0].missed_rows == 4
        with exporting(engine, journal, tmp_path, there=given) as exporters:
            assert exporters.told()[0].missed_rows == 4


def test_the_console_shows_lines_for_people_or_for_programs(
    engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Pretty lines have time, service and what it is, without control characters; JSON lines have all columns."""
    journal = Journal(engine)
    given: dict[str, Any] = {
        "people": {"type": "console", "spans": "all", **QUICK},
        "programs": {"type": "console", "format": "json", "spans": "all", **QUICK},
    }
    with exporting(engine, journal, tmp_path, **given) as exporters:
        for signal in Signal:
            journal.put(signal, several(signal))
        journal.put(Signal.LOGS, otlp_requests.logs("shown", [otlp_requests.record(time.time_ns(), "a\x1b[31m\nb")]))
        last = journal.committed(Signal.LOGS)
        wait_for(lambda: all(told.position == last for told in exporters.told()), "all is shown")
    lines = capsys.readouterr().out.splitlines()
    read = [orjson.loads(line) for line in lines if line.startswith("{")]
    people = [line for line in lines if not line.startswith("{") and "export_" not in line]
    assert len(read) == len(people) == 13
    assert {row["ServiceName"] for row in read} == {"first", "second", "shown"}
    assert sum("first" in line and "two" in line for line in people) == 3
    assert next(line for line in people if "shown" in line).endswith("a [31m b")


def test_both_sides_show_certificates(engine: Engine, tmp_path: Path) -> None:
    """Over HTTP and gRPC the destination must be one that we believe, and may ask who we are; else nothing is sent or lost."""
    authority, other = trustme.CA(), trustme.CA()
    ours = authority.issue_cert("assay")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    other.cert_pem.write_to_path(tmp_path / "other.pem")
    ours.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    ours.private_key_pem.write_to_path(tmp_path / "key.pem")
    theirs = authority.issue_cert("localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_REQUIRED
    theirs.configure_cert(context)
    authority.configure_trust(context)
    credentials = grpc.ssl_server_credentials(
        [(theirs.private_key_pem.bytes(), theirs.cert_chain_pems[0].bytes())], authority.cert_pem.bytes(), True
    )
    tls = {name: str(tmp_path / f"{name.removesuffix('_file')}.pem") for name in ("ca_file", "cert_file", "key_file")}
    wrong = {**tls, "ca_file": str(tmp_path / "other.pem")}
    journal = Journal(engine)
    with answering(context=context) as server, grpc_server(credentials) as (address, got):
        more = {"spans": "all", "signals": ["traces"], **QUICK}
        given: dict[str, Any] = {
            "http": {"type": "otlp/http", "endpoint": server.url, "tls": tls, **more},
            "grpc": {"type": "otlp/grpc", "endpoint": f"https://{address}", "tls": tls, **more},
            "wrong": {"type": "otlp/http", "endpoint": server.url, "tls": wrong, **more},
        }
        with exporting(engine, journal, tmp_path, **given) as exporters:
            journal.put(Signal.TRACES, spans("secret"))
            wait_for(lambda: len(server.taken) == len(got) == 1, "both have it")
            wait_for(
                lambda: "certificate verify failed" in exporters.told()[2].last_error.lower(), "the third does not believe"
            )
            assert exporters.told()[2].position < journal.committed(Signal.TRACES)
