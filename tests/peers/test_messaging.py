"""A trace goes through real brokers, by each Python client, and Assay shows it as one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from sdk.python.tests.running import BIN, environment
from tests.e2e.running import Running, wait_for
from tests.peers.kafka import kafka
from tests.peers.rabbitmq import rabbitmq

_INSTRUMENTATIONS = "pika,aio-pika,kafka,aiokafka,confluent_kafka"
_OF_RABBITMQ = ["pika_client", "aio_pika_client"]
_OF_KAFKA = ["kafka_python_client", "aiokafka_client", "confluent_kafka_client"]
_BILL = "qms.workflow.process"


@dataclass(frozen=True)
class Span:
    """A span as it is in the store; `links` has the spans that it links to."""

    service: str
    name: str
    kind: str
    trace: str
    id: str
    parent: str
    links: list[str]


@dataclass(frozen=True)
class Shop:
    """Two services and the brokers between them."""

    assay: Running
    brokers: dict[str, str]

    def order(self, client: str, how: str) -> list[Span]:
        """Place one order and bill it, in two processes, and return all spans once the last is stored, by time."""
        queue = f"{client.removesuffix('_client')}-{how}"
        for role, service in (("place", "orders"), ("bill", "billing")):
            self._run(client, role, queue, how, f"{service}-{queue}")
        wait_for(lambda: any(span.name == _BILL for span in self.spans(queue)), f"the bill of {queue}", pause=0.2)
        return self.spans(queue)

    def spans(self, queue: str) -> list[Span]:
        columns = "ServiceName, SpanName, SpanKind, TraceId, SpanId, ParentSpanId, `Links.SpanId`"
        services = f"ServiceName IN ('orders-{queue}', 'billing-{queue}')"
        rows = self.assay.rows(f"SELECT {columns} FROM otel_traces_recent WHERE {services} ORDER BY Timestamp")
        return [Span(*row) for row in rows]

    def calls(self, queue: str) -> set[tuple[str, str, int]]:
        """Return caller, callee and number of the calls in the service graph that have to do with a queue."""
        edges = httpx.get(f"{self.assay.api}/api/v1/graph").json()["edges"]
        found = ((edge["caller"]["name"], edge["callee"]["name"], edge["calls"]) for edge in edges)
        return {edge for edge in found if any(end.endswith(queue) for end in edge[:2])}

    def _run(self, client: str, role: str, queue: str, how: str, service: str) -> None:
        disabled = {"OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": _INSTRUMENTATIONS} if how == "by-hand" else {}
        program = [sys.executable, "-m", f"tests.peers.apps.{client}", role, self.brokers[client], queue, how]
        result = subprocess.run(
            [str(BIN / "opentelemetry-instrument"), *program],
            env=environment(self.assay.http, OTEL_SERVICE_NAME=service, **disabled),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert result.returncode == 0, result.stderr


@pytest.fixture(scope="module")
def shop(assay: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with rabbitmq(tmp_path_factory.mktemp("rabbitmq")) as port, kafka(tmp_path_factory.mktemp("kafka")) as address:
        amqp = f"amqp://guest:guest@127.0.0.1:{port}/"
        yield Shop(assay, dict.fromkeys(_OF_RABBITMQ, amqp) | dict.fromkeys(_OF_KAFKA, address))


def _chain(last: Span, spans: list[Span]) -> list[str]:
    """Return the names of a span's ancestors and its own, the root first."""
    (*parents,) = (span for span in spans if span.id == last.parent)
    return [*(_chain(parents[0], spans) if parents else []), last.name]


def _named(spans: list[Span], name: str) -> Span:
    (found,) = (span for span in spans if span.name == name)
    return found


@pytest.mark.parametrize("client", [*_OF_RABBITMQ, *_OF_KAFKA])
def test_headers_written_by_hand_carry_the_trace(shop: Shop, client: str) -> None:
    """inject_… and extract_… put the consumer's span below the producer's, and the API gives both as one trace."""
    spans = shop.order(client, "by-hand")
    assert [span.name for span in spans] == ["place order", _BILL]
    placed, billed = spans
    assert (billed.trace, billed.parent) == (placed.trace, placed.id)
    trace = httpx.get(f"{shop.assay.api}/api/v1/traces/{placed.trace}").json()
    assert {span["service"] for span in trace["spans"]} == {placed.service, billed.service}


@pytest.mark.parametrize("client", _OF_RABBITMQ)
def test_rabbitmq_by_itself_is_one_trace(shop: Shop, client: str) -> None:
    """The instrumentations of both clients of RabbitMQ make one trace of it, and one queue in the graph."""
    spans = shop.order(client, "by-itself")
    queue = spans[0].service.removeprefix("orders-")
    names = [name.lstrip(",") for name in _chain(_named(spans, _BILL), spans)]
    assert names == ["place order", f"{queue} send", f"{queue} receive", _BILL]
    assert {span.trace for span in spans} == {spans[0].trace}
    expected = {(f"orders-{queue}", f"rabbitmq/{queue}", 1), (f"rabbitmq/{queue}", f"billing-{queue}", 1)}
    wait_for(lambda: shop.calls(queue) == expected, "both ends of the queue in the graph", pause=0.5)


@pytest.mark.parametrize("client", ["kafka_python_client", "aiokafka_client"])
def test_kafka_by_itself_reaches_the_span_of_the_receipt(shop: Shop, client: str) -> None:
    """The span of the receipt is in the producer's trace; what the program does then is not, for it is over by then."""
    spans = shop.order(client, "by-itself")
    queue = spans[0].service.removeprefix("orders-")
    received = _named(spans, f"{queue} receive")
    assert _chain(received, spans) == ["place order", f"{queue} send", f"{queue} receive"]
    billed = _named(spans, _BILL)
    assert (billed.parent, billed.trace != received.trace) == ("", True)


def test_confluent_kafka_by_itself_links(shop: Shop) -> None:
    """The consumer has a trace of its own, whose span of the message links to the producer's; the API tells the link."""
    spans = shop.order("confluent_kafka_client", "by-itself")
    queue = spans[0].service.removeprefix("orders-")
    sent, taken = _named(spans, f"{queue} send"), _named(spans, f"{queue} process")
    assert (taken.links, taken.trace != sent.trace) == ([sent.id], True)
    assert _chain(_named(spans, _BILL), spans) == ["recv", f"{queue} process", _BILL]
    trace = httpx.get(f"{shop.assay.api}/api/v1/traces/{taken.trace}").json()
    links = [link for span in trace["spans"] for link in span["links"]]
    assert [(link["trace_id"], link["span_id"]) for link in links] == [(sent.trace, sent.id)]
    followers = httpx.get(f"{shop.assay.api}/api/v1/traces/{sent.trace}").json()["followers"]
    assert [(each["to_span_id"], each["trace_id"], each["span_id"]) for each in followers] == [(sent.id, taken.trace, taken.id)]
