from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message
from hypothesis import HealthCheck, given, settings
from tests import otlp_requests, otlp_strategies
from tests.e2e.running import wait_for
from tests.exporters.exporting import QUICK, Journal, exporting
from tests.exporters.prometheus.measured import (
    TRACE,
    counter,
    exponential,
    gauge,
    histogram,
    key,
    samples,
    scrape,
    summary,
)

from assay.core.addresses import free_port
from assay.core.errors import Misconfigured
from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.exporters import Exporters

CLASSIC = "text/plain"
_FAILED = {"code": 2}
INSTANCE = {"service.namespace": "shop", "service.instance.id": "one", "host.name": "h"}


@contextmanager
def shown(engine: Engine, directory: Path, *requests: Message, signal: Signal = Signal.METRICS, **more: Any) -> Iterator[int]:
    """Give the port of an endpoint that has taken some requests, and shows nothing of other services."""
    journal, port = Journal(engine), free_port()
    names = {
        text
        for request in requests
        for text in re.findall(r'key: "service.name"\s+value {\s+string_value: "(.*?)"', str(request))
    }
    options = {"type": "prometheus", "port": port, "signals": [signal], "services": sorted(names), **QUICK, **more}
    with exporting(engine, journal, directory, page=options) as exporters:
        journal.put(signal, *requests)
        wait_for(lambda: exporters.told()[0].position == journal.committed(signal), "all is taken")
        yield port


def test_each_kind_of_metric_is_shown_as_the_compatibility_specification_says(engine: Engine, tmp_path: Path) -> None:
    """Names, units, suffixes, job, instance, target_info and exemplars are as Prometheus users expect, in both forms."""
    sent = otlp_requests.metrics(
        "scraped",
        [
            gauge("queue.fill", 0.5, "1", {"queue.name": "a", "9": "nine"}),
            gauge("room.temperature", 20, "Cel"),
            counter("orders.placed", 3, "{order}"),
            counter("stock", 5, "By", monotonic=False),
            histogram("http.server.request.duration"),
            exponential("payload"),
            summary("rpc.latency"),
        ],
        INSTANCE,
    )
    sent.resource_metrics[0].scope_metrics[0].scope.name = "meter"
    who = {"job": "shop/scraped", "instance": "one", "otel_scope_name": "meter"}
    expected = {
        key("queue_fill_ratio", queue_name="a", key_9="nine", **who): 0.5,
        key("room_temperature_celsius", **who): 20,
        key("orders_placed_total", **who): 3,
        key("stock_bytes", **who): 5,
        key("http_server_request_duration_seconds_bucket", le="0.1", **who): 1,
        key("http_server_request_duration_seconds_bucket", le="1.0", **who): 3,
        key("http_server_request_duration_seconds_bucket", le="+Inf", **who): 4,
        key("http_server_request_duration_seconds_count", **who): 4,
        key("http_server_request_duration_seconds_sum", **who): 2.5,
        key("payload_bucket", le="0.0", **who): 1,
        key("payload_bucket", le="1.0", **who): 2,
        key("payload_bucket", le="2.0", **who): 7,
        key("payload_bucket", le="+Inf", **who): 7,
        key("payload_count", **who): 7,
        key("payload_sum", **who): 20,
        key("rpc_latency", quantile="0.5", **who): 2,
        key("rpc_latency_count", **who): 3,
        key("rpc_latency_sum", **who): 6,
        key("target_info", job="shop/scraped", instance="one", host_name="h"): 1,
    }
    with shown(engine, tmp_path, sent) as port:
        openmetrics, classic = scrape(port), scrape(port, CLASSIC)
    assert samples(openmetrics) == expected
    assert samples(classic) == expected
    exemplars = {sample.name: sample.exemplar for family in openmetrics for sample in family.samples if sample.exemplar}
    assert {name: exemplar.value for name, exemplar in exemplars.items()} == {
        "orders_placed_total": 3,
        "http_server_request_duration_seconds_bucket": 0.5,
    }
    assert all(exemplar.labels["trace_id"] == TRACE.hex() for exemplar in exemplars.values())
    kinds = {family.name: (family.type, family.unit) for family in openmetrics}
    assert kinds["http_server_request_duration_seconds"] == ("histogram", "seconds")
    assert kinds["orders_placed"] == ("counter", "")


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(otlp_strategies.requests[Signal.METRICS])
def collect(request: Message) -> None:
    _drawn.append(request)


_drawn: list[Message] = []


def test_whatever_is_sent_the_page_can_be_read(engine: Engine, tmp_path: Path) -> None:
    """No metric that OTLP allows makes the page one that the parsers of its formats refuse."""
    collect()
    with shown(engine, tmp_path, *_drawn, services=[]) as port:
        assert scrape(port)
        assert scrape(port, CLASSIC)


def test_deltas_are_added_up_and_come_again_without_effect(engine: Engine, tmp_path: Path) -> None:
    """A sender that reports increments is shown with totals; a replay adds nothing."""
    journal, port, now = Journal(engine), free_port(), time.time_ns()

    def sent(step: int) -> Message:
        times: Any = {"start_time_unix_nano": now + step, "time_unix_nano": now + step + 1}
        made = [counter("done", 2, delta=True, **times), histogram("took", delta=True, **times)]
        return otlp_requests.metrics("worker", [*made, exponential("size", delta=True, **times)])

    options = {"type": "prometheus", "port": port, "signals": ["metrics"], "services": ["worker"], **QUICK}
    with exporting(engine, journal, tmp_path, page=options) as exporters:
        journal.put(Signal.METRICS, *map(sent, range(3)))
        wait_for(lambda: exporters.told()[0].position == journal.committed(Signal.METRICS), "all is taken")
        once = samples(scrape(port))
        exporters.replay("page", now / 1e9 - 1)
        wait_for(lambda: exporters.told()[0].position == journal.committed(Signal.METRICS), "all is taken again")
        assert samples(scrape(port)) == once
    assert once[key("done_total", job="worker")] == 6
    assert once[key("took_seconds_bucket", job="worker", le="1.0")] == 9
    assert once[key("size_bucket", job="worker", le="2.0")] == 21


def test_spans_are_counted_and_timed(engine: Engine, tmp_path: Path) -> None:
    """Calls, errors and durations of spans are metrics named as the Collector's connector names them, each with a trace."""
    started = time.time_ns()
    made = [
        otlp_requests.span(TRACE.hex(), 1, name="GET /", start_ns=started, duration_ns=20_000_000, kind=2),
        otlp_requests.span(TRACE.hex(), 2, name="GET /", start_ns=started, duration_ns=80_000_000, kind=2),
        otlp_requests.span(
            TRACE.hex(), 3, name="GET /", start_ns=started, duration_ns=90_000_000_000, kind=2, status={"code": 2}
        ),
        otlp_requests.span(TRACE.hex(), 4, name="GET /", start_ns=started, kind=2, status={"code": 2}, trace_state="ot=th:8"),
    ]
    sent = otlp_requests.traces("web", made, {"deployment.environment": "test"})
    with shown(engine, tmp_path, sent, signal=Signal.TRACES) as port:
        families = scrape(port)
    said = samples(families)
    well = {"service_name": "web", "span_name": "GET /", "span_kind": "SPAN_KIND_SERVER", "status_code": "STATUS_CODE_UNSET"}
    well["deployment_environment_name"] = "test"
    failed = well | {"status_code": "STATUS_CODE_ERROR"}
    assert said[key("traces_span_metrics_calls_total", **well)] == 2
    assert said[key("traces_span_metrics_calls_total", **failed)] == 3
    assert said[key("traces_span_metrics_duration_seconds_bucket", le="0.025", **well)] == 1
    assert said[key("traces_span_metrics_duration_seconds_bucket", le="0.1", **well)] == 2
    assert said[key("traces_span_metrics_duration_seconds_bucket", le="10.0", **failed)] == 2
    assert said[key("traces_span_metrics_duration_seconds_bucket", le="+Inf", **failed)] == 3
    assert said[key("traces_span_metrics_duration_seconds_sum", **well)] == pytest.approx(0.1)
    exemplars = [sample.exemplar for family in families for sample in family.samples if sample.exemplar]
    assert {(exemplar.labels["span_id"], exemplar.value) for exemplar in exemplars} == {
        ("0000000000000002", 0.08),
        ("0000000000000003", 90.0),
    }


def test_a_prefix_is_put_before_names_that_lack_it(engine: Engine, tmp_path: Path) -> None:
    """With `qms_` there is no `qms_qms_`, and target_info keeps its name."""
    sent = otlp_requests.metrics("qms", [counter("qms_done", 1), gauge("load", 2)], INSTANCE)
    with shown(engine, tmp_path, sent, prefix="qms_") as port:
        names = {sample.name for family in scrape(port) for sample in family.samples}
    assert names == {"qms_done_total", "qms_load", "target_info"}


def test_more_series_than_allowed_and_contradictions_are_refused(engine: Engine, tmp_path: Path) -> None:
    """Points of series beyond the limit, or of a name that has another type already, are dead letters; the rest is shown."""
    first = otlp_requests.metrics("many", [gauge("load", 1), gauge("jobs_total", 1)])
    then = otlp_requests.metrics("many", [counter("load", 1), counter("jobs", 7), gauge("other", 1), gauge("more", 1)])
    with shown(engine, tmp_path, first, then, max_series=3) as port:
        said = samples(scrape(port), "job")
    letters = sorted((tmp_path / "page" / "dead").glob("*.bin"))
    refused = b"".join(letter.read_bytes() for letter in letters)
    assert len(said) == 3
    assert said[key("load")] == said[key("jobs_total")] == 1
    assert b"load would be a counter and load is a gauge already" in refused
    assert b"jobs would be a counter and jobs_total is a gauge already" in refused
    assert b"there are 3 series already (max_series)" in refused


def test_an_address_that_is_taken_is_told_at_the_start(engine: Engine, tmp_path: Path) -> None:
    """Two exporters cannot listen at one address, and the error says which it is."""
    with shown(engine, tmp_path) as port, pytest.raises(Misconfigured, match=str(port)):
        Exporters(engine, {"page": {"type": "prometheus", "port": port}}, tmp_path, lambda _signal: 0)


@pytest.fixture(scope="module")
def unharmed(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a page with one series."""
    sent = otlp_requests.metrics("unharmed", [gauge("load", 1)])
    with shown(engine, tmp_path_factory.mktemp("unharmed"), sent) as port:
        yield port


def test_series_are_there_again_after_a_restart(engine: Engine, tmp_path: Path) -> None:
    """With the first point after it a page has all series of the last minutes; increments begin anew and count once."""
    journal, port, now = Journal(engine), free_port(), time.time_ns()
    options = {"type": "prometheus", "port": port, "signals": ["metrics"], "services": ["restarted"], **QUICK}

    def take(exporters: Exporters, *metrics: Any) -> None:
        journal.put(Signal.METRICS, otlp_requests.metrics("restarted", metrics))
        wait_for(lambda: exporters.told()[0].position == journal.committed(Signal.METRICS), "all is taken")

    with exporting(engine, journal, tmp_path, page=options) as exporters:
        times: Any = {"start_time_unix_nano": now - 5, "time_unix_nano": now}
        take(exporters, gauge("fill", 0.5), counter("total", 7), counter("grew", 3, delta=True, **times))
    with exporting(engine, journal, tmp_path, page=options) as exporters:
        later: Any = {"start_time_unix_nano": now, "time_unix_nano": now + 5}
        take(exporters, counter("grew", 2, delta=True, **later))
        said = samples(scrape(port))
    assert said[key("fill", job="restarted")] == 0.5
    assert said[key("total_total", job="restarted")] == 7
    assert said[key("grew_total", job="restarted")] == 2


@pytest.mark.parametrize(
    "garbage",
    [b"\x16\x03\x01\x02", b"GET /" + b"a" * 70_000, b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 200, b"\r\n\r\n", b"POST / HTTP/9.9"],
)
def test_bad_requests_harm_no_other(unharmed: int, garbage: bytes) -> None:
    """Garbage, endless lines and headers, and callers that say nothing, neither end the page nor keep others from it."""
    silent = [socket.create_connection(("127.0.0.1", unharmed)) for _ in range(5)]
    try:
        with socket.create_connection(("127.0.0.1", unharmed), 5) as caller, suppress(ConnectionError):
            caller.sendall(garbage + b"\r\n\r\n")
            caller.shutdown(socket.SHUT_WR)
            assert b"load" not in caller.recv(65536)
        assert samples(scrape(unharmed), "job") == {key("load"): 1}
    finally:
        for connection in silent:
            connection.close()
