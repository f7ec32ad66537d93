"""A real Envoy reports to Assay by the configuration that the documentation gives."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import uuid4

import httpx
from sdk.python.tests.running import environment, serving
from tests.e2e.running import Running, wait_for
from tests.peers.installed import folder
from tests.peers.processes import listens, started

from assay.core.addresses import free_port

_PAGE = Path(__file__).parents[2] / "docs/integrations/envoy.md"
_SERVICE = ["flask", "--app", "tests.peers.apps.http_service", "run", "--port", "{port}"]
_CALLER = "b7ad6b7169203331"


def _configuration(ports: dict[int, int]) -> str:
    found = re.search(r"```yaml\n(static_resources:.*?)```", _PAGE.read_text(), re.DOTALL)
    assert found
    return re.sub(r"port_value: (\d+)", lambda match: f"port_value: {ports[int(match[1])]}", found[1])


def test_envoy_reports_all_signals(assay: Running, tmp_path: Path) -> None:
    """A request is one trace: the caller's, Envoy's two spans, the service's; with an access log in it, and Envoy's metrics."""
    port, trace = free_port(), uuid4().hex
    with serving(_SERVICE, environment(assay.http, OTEL_SERVICE_NAME="behind-envoy"), tmp_path) as service:
        ports = {10000: port, 8080: int(service.url.rpartition(":")[2]), 4317: int(assay.grpc.rpartition(":")[2])}
        file = tmp_path / "envoy.yaml"
        file.write_text(_configuration(ports))
        command: list[str | Path] = [folder("envoy") / "bin" / "envoy", "--use-dynamic-base-id", "-c", file]
        with started(command, ready=lambda: listens(port), log=tmp_path / "envoy.log"):
            answer = httpx.get(f"http://127.0.0.1:{port}/order", headers={"traceparent": f"00-{trace}-{_CALLER}-01"})
            assert answer.status_code == 200
            columns = "ServiceName, SpanKind, SpanId, ParentSpanId"
            query = f"SELECT {columns} FROM otel_traces_recent WHERE TraceId = '{trace}'"
            wait_for(lambda: len(assay.rows(query)) == 3, "three spans", pause=0.2)
            record = f"SELECT Body, SpanId, LogAttributes['http.response.status_code'] FROM otel_logs WHERE TraceId = '{trace}'"
            wait_for(lambda: len(assay.rows(record)) == 1, "the access log", pause=0.2)
            metrics = "SELECT count() > 0 FROM otel_metrics_sum WHERE startsWith(MetricName, 'cluster.')"
            wait_for(lambda: assay.rows(metrics) == [[True]], "Envoy's metrics", pause=0.5)
    spans = {(service, kind): (own, parent) for service, kind, own, parent in assay.rows(query)}
    served, tried, behind = (spans[key] for key in (("edge", "Server"), ("edge", "Client"), ("behind-envoy", "Server")))
    assert [served[1], tried[1], behind[1]] == [_CALLER, served[0], tried[0]]
    assert assay.rows(record) == [["GET /order 200", served[0], "200"]]
