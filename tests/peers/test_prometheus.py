"""A real Prometheus scrapes Assay and is written to, and finds what a service has sent."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from tests import otlp_requests
from tests.e2e.running import Running, wait_for
from tests.exporters.prometheus.measured import TRACE, counter, exponential, gauge, histogram, summary
from tests.peers.exporting import send, sending_on
from tests.peers.prometheus import Prometheus, check_page, prometheus

from assay.core.addresses import free_port

INSTANCE = {"service.namespace": "shop", "service.instance.id": "one", "host.name": "h"}


@dataclass(frozen=True)
class Watched:
    """Prometheus, and the page that it scrapes."""

    prometheus: Prometheus
    page: str


@pytest.fixture(scope="module", params=[("prometheus", "1.0"), ("prometheus3", "2.0")], ids=lambda param: param[0])
def watched(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """An Assay that has got metrics and spans, scraped by a Prometheus that it writes to as well; each by its own protocol."""
    work, port = tmp_path_factory.mktemp("prometheus"), free_port()
    peer, version = request.param
    with prometheus(work, f"127.0.0.1:{port}", peer=peer) as server:
        exporters = {
            "page": {"type": "prometheus", "port": port},
            "write": {
                "type": "prometheus/remote_write",
                "endpoint": f"{server.url}/api/v1/write",
                "version": version,
                "native_histograms": True,
                "prefix": "written_",
            },
        }
        with sending_on(work, exporters) as assay:
            _send(assay)
            wait_for(lambda: server.values('{__name__="orders_placed_total"}') == [3.0], "scraped")
            wait_for(lambda: server.values('{__name__="written_rpc_latency_count"}') == [3.0], "written")
            yield Watched(server, f"http://127.0.0.1:{port}/metrics")


def _send(assay: Running) -> None:
    measured: list[Any] = [
        gauge("queue.fill", 0.5, "1"),
        counter("orders.placed", 3, "{order}"),
        histogram("http.server.request.duration"),
        exponential("payload"),
        summary("rpc.latency"),
    ]
    called = [otlp_requests.span(TRACE.hex(), 1, name="GET /", start_ns=time.time_ns(), duration_ns=20_000_000, kind=2)]
    send(assay, metrics=otlp_requests.metrics("cart", measured, INSTANCE), traces=otlp_requests.traces("web", called))


def test_a_scrape_finds_what_a_service_sent(watched: Watched) -> None:
    """Values, labels, target_info, the metrics of spans and exemplars are there under the names that the docs give."""
    (series,) = watched.prometheus.ask("orders_placed_total")
    assert {name: series["metric"][name] for name in ("job", "instance")} == {"job": "shop/cart", "instance": "one"}
    assert watched.prometheus.values("up") == [1.0]
    assert watched.prometheus.values("queue_fill_ratio") == [0.5]
    assert watched.prometheus.values("http_server_request_duration_seconds_count") == [4.0]
    assert watched.prometheus.values(
        'orders_placed_total * on (job, instance) group_left (host_name) target_info{host_name="h"}'
    )
    wait_for(lambda: watched.prometheus.values('traces_span_metrics_calls_total{span_name="GET /"}') == [1.0], "spans")
    exemplars = watched.prometheus.exemplars("http_server_request_duration_seconds_bucket")
    assert {exemplar["labels"]["trace_id"] for exemplar in exemplars} == {TRACE.hex()}


def test_promtool_has_no_objection_to_the_page(watched: Watched) -> None:
    """The classic format passes `promtool check metrics` without a word."""
    assert check_page(httpx.get(watched.page).text) == ""


def test_remote_write_brings_the_same_and_native_histograms(watched: Watched) -> None:
    """What is written has its values, a histogram that is native, and exemplars."""
    assert watched.prometheus.values("written_orders_placed_total") == [3.0]
    assert watched.prometheus.values("written_http_server_request_duration_seconds_count") == [4.0]
    (series,) = watched.prometheus.ask("written_payload")
    assert (series["histogram"][1]["count"], series["histogram"][1]["sum"]) == ("7", "20")
    assert watched.prometheus.exemplars("written_orders_placed_total")
