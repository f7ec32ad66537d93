"""Two proxies that trace as Zipkin does, and share the id of a call between caller and callee."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from tests.e2e.running import Running, wait_for
from tests.peers.installed import folder
from tests.peers.processes import listens, started

from assay.core.addresses import free_port

_MANAGER = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
_ROUTER = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"
_ZIPKIN = "type.googleapis.com/envoy.config.trace.v3.ZipkinConfig"


def _address(port: int) -> dict[str, Any]:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def _listener(port: int, direction: str, action: dict[str, Any], version: str) -> dict[str, Any]:
    zipkin = {
        "@type": _ZIPKIN,
        "collector_cluster": "zipkin",
        "collector_endpoint": "/api/v2/spans",
        "collector_endpoint_version": version,
        "shared_span_context": True,
        "trace_id_128bit": True,
    }
    route = {"match": {"prefix": "/"}, **action}
    manager = {
        "@type": _MANAGER,
        "stat_prefix": direction.lower(),
        "tracing": {"provider": {"name": "envoy.tracers.zipkin", "typed_config": zipkin}},
        "http_filters": [{"name": "envoy.filters.http.router", "typed_config": {"@type": _ROUTER}}],
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [route]}]},
    }
    chain = {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}
    return {"address": _address(port), "traffic_direction": direction, "filter_chains": [chain]}


def _cluster(name: str, port: int) -> dict[str, Any]:
    endpoints = [{"lb_endpoints": [{"endpoint": {"address": _address(port)}}]}]
    return {"name": name, "type": "STATIC", "load_assignment": {"cluster_name": name, "endpoints": endpoints}}


@pytest.mark.parametrize("version", ["HTTP_JSON", "HTTP_PROTO"])
def test_the_halves_of_a_call_are_joined(assay: Running, tmp_path: Path, version: str) -> None:
    """Caller and callee report one id, in JSON and in protobuf: the callee's half is the caller's child."""
    zipkin = int(json.loads((assay.data / "run" / "intake.json").read_text())["ports"]["Zipkin"].rpartition(":")[2])
    outer, inner, service = free_port(), free_port(), f"envoy-{version.lower().replace('_', '-')}"
    answer = {"direct_response": {"status": 503, "body": {"inline_string": "no capacity"}}}
    listeners = [
        _listener(outer, "OUTBOUND", {"route": {"cluster": "inner"}}, version),
        _listener(inner, "INBOUND", answer, version),
    ]
    resources = {"listeners": listeners, "clusters": [_cluster("inner", inner), _cluster("zipkin", zipkin)]}
    file = tmp_path / "envoy.yaml"
    file.write_text(yaml.safe_dump({"node": {"id": "one", "cluster": service}, "static_resources": resources}))
    command: list[str | Path] = [folder("envoy") / "bin" / "envoy", "--use-dynamic-base-id", "-c", file]
    query = f"SELECT SpanKind, SpanId, ParentSpanId, StatusCode FROM otel_traces_recent WHERE ServiceName = '{service}'"
    with started(command, ready=lambda: listens(outer), log=tmp_path / "envoy.log"):
        assert httpx.get(f"http://127.0.0.1:{outer}/orders").status_code == 503
        wait_for(lambda: len(assay.rows(query)) == 2, "both halves", pause=0.2)
    (client, client_id, client_parent, _), (server, server_id, server_parent, status) = sorted(assay.rows(query))
    assert (client, server, client_parent, server_parent) == ("Client", "Server", "", client_id)
    assert (len(server_id), server_id != client_id, status) == (16, True, "Error")
