from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from tests import otlp_requests, otlp_strategies
from tests.e2e.running import wait_for
from tests.exporters.destination_server import Answering, Asked, answering
from tests.exporters.exporting import QUICK, Journal, exporting

from assay.core.ports import Engine
from assay.core.signals import Signal

TRACE = "0af7651916cd43dd8448eb211c80319c"
AT = 1_700_000_000_123_456_789
WHEN = "2023-11-14T22:13:20.123456789Z"


def elastic(server: Answering, **more: Any) -> dict[str, Any]:
    return {"type": "elasticsearch", "endpoint": server.url, "spans": "all", **QUICK, **more}


def read(asked: Asked) -> list[tuple[str, dict[str, Any]]]:
    """Return index and document of each action, with the demands that the bulk API makes."""
    assert asked.path.startswith("/_bulk?")
    assert asked.headers["content-type"] == "application/x-ndjson"
    assert asked.body.endswith(b"\n")
    lines = asked.body.splitlines()
    assert all(line.startswith(b'{"create":') for line in lines[::2])
    pairs = zip(lines[::2], lines[1::2], strict=True)
    return [(orjson.loads(action)["create"]["_index"], orjson.loads(document)) for action, document in pairs]


class Bulk:
    """Answers as the bulk API does: with a status for each document, which `judge` gives."""

    def __init__(self, server: Answering) -> None:
        self.documents: list[tuple[str, dict[str, Any]]] = []
        self.judge: list[Any] = []
        server.reply = self.reply

    def reply(self, asked: Asked) -> tuple[int, bytes]:
        statuses: list[Any] = []
        for index, document in read(asked):
            status = self.judge.pop(0) if self.judge else 201
            statuses.append({"create": {"status": status, **({"error": {"type": "no"}} if status > 299 else {})}})
            if status < 300:
                self.documents.append((index, document))
        errors = any(each["create"]["status"] > 299 for each in statuses)
        return 200, orjson.dumps({"errors": errors, **({"items": statuses} if errors else {})})


def logs(*bodies: Any, **fields: Any) -> Any:
    values = {"http.request.method": "GET", "n": 3, "list": ["a", 1], "yes": True, "share": 0.5, "not": float("nan")}
    records = [
        otlp_requests.record(
            AT + place,
            body,
            values,
            severity_text="WARN",
            severity_number=13,
            trace_id=bytes.fromhex(TRACE),
            span_id=b"\1" * 8,
            **fields,
        )
        for place, body in enumerate(bodies)
    ]
    return otlp_requests.logs("cart", records, {"service.version": "1", "host.name": "h", "team.name": "a"})


def test_logs_and_spans_become_documents_of_the_otel_mapping(engine: Engine, tmp_path: Path) -> None:
    """Documents are those of the Collector's exporter: typed attributes, resource, scope; events of spans go where logs go."""
    journal = Journal(engine)
    span = otlp_requests.span(
        TRACE, 2, 1, "work", AT, 1500, {"n": 1}, kind=3, status={"code": 2, "message": "bad"},
        events=[{"name": "retry", "time_unix_nano": AT, "attributes": otlp_requests.attributes({"n": 2})}],
        links=[{"trace_id": b"\2" * 16, "span_id": b"\3" * 8}],
    )  # fmt: skip
    with answering() as server:
        bulk = Bulk(server)
        with exporting(engine, journal, tmp_path, there=elastic(server)):
            journal.put(Signal.LOGS, logs("hello", {"k": 1}, event_name="e"))
            journal.put(Signal.TRACES, otlp_requests.traces("cart", [span]))
            wait_for(lambda: len(bulk.documents) == 4, "all documents")
    by_index: dict[str, list[Any]] = {}
    for index, document in bulk.documents:
        by_index.setdefault(index, []).append(document)
    assert by_index.keys() == {"logs-generic.otel-default", "traces-generic.otel-default"}
    first = next(each for each in by_index["logs-generic.otel-default"] if each.get("body") == {"text": "hello"})
    assert first == {
        "@timestamp": WHEN,
        "severity_text": "WARN",
        "severity_number": 13,
        "trace_id": TRACE,
        "span_id": "01" * 8,
        "event_name": "e",
        "body": {"text": "hello"},
        "attributes": {"http.request.method": "GET", "n": 3, "list": ["a", 1], "yes": True, "share": 0.5, "not": None},
        "resource": {
            "attributes": {"service.name": "cart", "service.version": "1", "host.name": "h", "team.name": "a"},
            "schema_url": "",
        },
        "scope": {"name": "", "version": "", "attributes": {}},
    }
    assert {"structured": {"k": 1}} in [each.get("body") for each in by_index["logs-generic.otel-default"]]
    event = next(each for each in by_index["logs-generic.otel-default"] if each.get("event_name") == "retry")
    assert (event["attributes"], event["span_id"], event["@timestamp"]) == ({"n": 2}, "0" * 15 + "2", WHEN)
    (traced,) = by_index["traces-generic.otel-default"]
    assert traced["kind"] == "Client"
    assert traced["duration"] == 1500
    assert traced["status"] == {"code": "Error", "message": "bad"}
    assert traced["links"] == [{"trace_id": "02" * 16, "span_id": "03" * 8, "trace_state": "", "attributes": {}}]
    assert traced["parent_span_id"] == "0" * 15 + "1"


def test_logs_and_spans_become_documents_of_the_elastic_common_schema(engine: Engine, tmp_path: Path) -> None:
    """What ECS has a field for is there under its name; the rest are labels without dots."""
    journal = Journal(engine)
    with answering() as server:
        bulk = Bulk(server)
        options = elastic(server, mapping="ecs", dataset="shop", namespace="prod")
        with exporting(engine, journal, tmp_path, there=options):
            journal.put(Signal.LOGS, logs("hello"))
            span = otlp_requests.span(TRACE, 2, 1, "work", AT, 1500, {"n": 1}, status={"code": 2})
            journal.put(Signal.TRACES, otlp_requests.traces("cart", [span]))
            wait_for(lambda: len(bulk.documents) == 2, "all documents")
    documents = dict(bulk.documents)
    assert documents["logs-shop-prod"] == {
        "@timestamp": WHEN,
        "message": "hello",
        "log.level": "WARN",
        "event.severity": 13,
        "trace.id": TRACE,
        "span.id": "01" * 8,
        "service.name": "cart",
        "service.version": "1",
        "host.name": "h",
        "http.request.method": "GET",
        "labels.team_name": "a",
        "labels.n": "3",
        "labels.list": '["a",1]',
        "labels.yes": "true",
        "labels.share": "0.5",
        "labels.not": "nan",
        "ecs.version": "8.17",
    }
    traced = documents["traces-shop-prod"]
    assert (traced["span.name"], traced["event.duration"], traced["event.outcome"]) == ("work", 1500, "failure")


def test_each_document_that_is_refused_is_judged_by_itself(engine: Engine, tmp_path: Path) -> None:
    """Of an answer with status 200, documents with 429 are sent again, one with 400 is a dead letter, the others are done."""
    journal = Journal(engine)
    with answering() as server:
        bulk = Bulk(server)
        bulk.judge = [201, 429, 400, 201, 201, 429]
        with exporting(engine, journal, tmp_path, there=elastic(server, signals=["logs"])) as exporters:
            journal.put(Signal.LOGS, logs("zero", "one", "two", "three", "four", "five"))
            wait_for(lambda: exporters.told()[0].position == journal.committed(Signal.LOGS), "all is taken")
    texts = [document["body"]["text"] for _, document in bulk.documents]
    assert texts == ["zero", "three", "four", "one", "five"]
    (letter,) = (tmp_path / "there" / "dead").glob("*.bin")
    assert b'"two"' in letter.read_bytes()
    assert letter.read_bytes().count(b"\n") == 2
    assert orjson.loads(letter.with_suffix(".json").read_bytes())["items"] == 1


def test_an_address_where_something_else_answers_loses_nothing(engine: Engine, tmp_path: Path) -> None:
    """A page that says 200 is no bulk API; the exporter waits, and halves what is too large."""
    journal = Journal(engine)
    with answering() as server, exporting(engine, journal, tmp_path, there=elastic(server, signals=["logs"])) as exporters:
        server.reply = lambda _asked: (200, b"<html>")
        journal.put(Signal.LOGS, logs("zero", "one", "two"))
        wait_for(lambda: "does not answer as a bulk API" in exporters.told()[0].last_error, "the error is told")
        server.statuses = [413]
        bulk = Bulk(server)
        wait_for(lambda: len(bulk.documents) == 3, "all documents")
    assert not (tmp_path / "there" / "dead").exists()


_drawn: dict[Signal, list[Any]] = {Signal.LOGS: [], Signal.TRACES: []}


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(otlp_strategies.requests[Signal.LOGS], otlp_strategies.requests[Signal.TRACES])
def collect(log: Any, span: Any) -> None:
    _drawn[Signal.LOGS].append(log)
    _drawn[Signal.TRACES].append(span)


@pytest.mark.parametrize("mapping", ["otel", "ecs"])
def test_whatever_is_sent_is_json(engine: Engine, tmp_path: Path, mapping: str) -> None:
    """No record or span that OTLP allows makes a document that cannot be read, or stops the exporter."""
    collect()
    journal = Journal(engine)
    with answering() as server:
        bulk = Bulk(server)
        with exporting(engine, journal, tmp_path, there=elastic(server, mapping=mapping)) as exporters:
            for signal, requests in _drawn.items():
                journal.put(signal, *requests)
            last = journal.committed(Signal.TRACES)
            wait_for(lambda: all(told.position == last for told in exporters.told()), "all is taken")
    assert all(document["@timestamp"] for _, document in bulk.documents)
