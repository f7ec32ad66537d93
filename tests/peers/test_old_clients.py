"""Services with exporters of Jaeger and Zipkin, as they were released last, report to Assay's ports."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from tests.e2e.running import Running, running, wait_for
from tests.peers.installed import folder

from assay.core.addresses import free_port

_PYTHON = """
import sys
from opentelemetry import trace
from opentelemetry.exporter.jaeger.proto.grpc import JaegerExporter as Grpc
from opentelemetry.exporter.jaeger.thrift import JaegerExporter as Thrift
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

way, port, service = sys.argv[1:]
exporter = {
    "compact": lambda: Thrift(agent_host_name="127.0.0.1", agent_port=int(port)),
    "http": lambda: Thrift(collector_endpoint=f"http://127.0.0.1:{port}/api/traces?format=jaeger.thrift"),
    "grpc": lambda: Grpc(collector_endpoint=f"127.0.0.1:{port}", insecure=True),
}[way]()
provider = TracerProvider(resource=Resource.create({"service.name": service}))
provider.add_span_processor(BatchSpanProcessor(exporter))
tracer = provider.get_tracer("old")
with tracer.start_as_current_span("GET /orders", kind=trace.SpanKind.SERVER, attributes={"rows": 3}):
    with tracer.start_as_current_span("SELECT orders", kind=trace.SpanKind.CLIENT) as span:
        span.add_event("retry", {"attempt": 2})
        span.set_status(trace.Status(trace.StatusCode.ERROR, "no such table"))
provider.shutdown()
"""

_NODE = """
const { SpanKind, SpanStatusCode, trace, context } = require("@opentelemetry/api");
const { BatchSpanProcessor, NodeTracerProvider } = require("@opentelemetry/sdk-trace-node");
const { JaegerExporter } = require("@opentelemetry/exporter-jaeger");
const { ZipkinExporter } = require("@opentelemetry/exporter-zipkin");
const { resourceFromAttributes } = require("@opentelemetry/resources");
const [way, port, service] = process.argv.slice(-3);
const exporter = {
  binary: () => new JaegerExporter({ host: "127.0.0.1", port: Number(port) }),
  http: () => new JaegerExporter({ endpoint: `http://127.0.0.1:${port}/api/traces` }),
  zipkin: () => new ZipkinExporter({ url: `http://127.0.0.1:${port}/api/v2/spans` }),
}[way]();
const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ "service.name": service }),
  spanProcessors: [new BatchSpanProcessor(exporter)],
});
const tracer = provider.getTracer("old");
const served = tracer.startSpan("GET /orders", { kind: SpanKind.SERVER, attributes: { rows: 3 } });
const called = tracer.startSpan("SELECT orders", { kind: SpanKind.CLIENT }, trace.setSpan(context.active(), served));
called.addEvent("retry", { attempt: 2 });
called.setStatus({ code: SpanStatusCode.ERROR, message: "no such table" });
called.end();
served.end();
provider.forceFlush().then(() => provider.shutdown());
"""


@dataclass(frozen=True)
class Ports:
    """An Assay that listens as Jaeger and Zipkin do."""

    assay: Running
    by_way: Mapping[str, int]


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ports]:
    variables = {
        "compact": "JAEGER__THRIFT_COMPACT",
        "binary": "JAEGER__THRIFT_BINARY",
        "http": "JAEGER__THRIFT_HTTP",
        "grpc": "JAEGER__GRPC",
        "zipkin": "ZIPKIN_",
    }
    by_way = {way: free_port() for way in variables}
    settings: dict[str, Any] = {f"RECEIVERS__{variables[way]}_PORT": str(port) for way, port in by_way.items()}
    data = tmp_path_factory.mktemp("old") / "data"
    with running(data, JOURNAL__SEGMENT_AGE_SECONDS="0.2", **settings) as assay:
        yield Ports(assay, by_way)


def _python(way: str, port: int, service: str) -> None:
    _run([f"{folder('old-python')}/bin/python", "-c", _PYTHON, way, str(port), service])


def _node(way: str, port: int, service: str) -> None:
    _run(["node", "-e", _NODE, "--", way, str(port), service], str(folder("old-node")))


def _run(command: list[str], where: str | None = None) -> None:
    result = subprocess.run(command, cwd=where, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("client", "way"),
    [(_python, "compact"), (_python, "http"), (_python, "grpc"), (_node, "binary"), (_node, "http"), (_node, "zipkin")],
    ids=lambda value: value if isinstance(value, str) else value.__name__.strip("_"),
)
def test_spans_of_an_old_exporter_are_what_they_were(ports: Ports, client: Callable[[str, int, str], None], way: str) -> None:
    """Names, kinds, the parent, a number, an event with its attribute and the status are as the service had them."""
    service = f"old-{client.__name__.strip('_')}-{way}"
    client(way, ports.by_way[way], service)
    columns = "lower(SpanName), SpanKind, SpanId, ParentSpanId, StatusCode, StatusMessage, SpanAttributes['rows']"
    # Python's exporter for Jaeger writes the name of an event as a message.
    name = "firstNonDefault(values['message'], name)"
    events = f"arrayMap((name, values) -> ({name}, values['attempt']), `Events.Name`, `Events.Attributes`)"
    query = f"SELECT {columns}, {events} FROM otel_traces_recent WHERE ServiceName = '{service}' ORDER BY SpanKind = 'Client'"
    wait_for(lambda: len(ports.assay.rows(query)) == 2, f"two spans by {way}", pause=0.2)
    served, called = ports.assay.rows(query)
    assert served[:2] == ["get /orders", "Server"]
    assert (served[3], served[6]) == ("", "3")
    assert called[:2] == ["select orders", "Client"]
    assert called[3:6] == [served[2], "Error", "no such table"]
    assert [list(event) for event in called[7]] == [["retry", "" if way == "zipkin" else "2"]]
