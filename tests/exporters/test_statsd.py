from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from tests import otlp_requests, otlp_strategies
from tests.e2e.running import wait_for
from tests.exporters.exporting import QUICK, Journal, exporting
from tests.exporters.prometheus.measured import counter, exponential, gauge, histogram, summary

from assay.core.ports import Engine
from assay.core.signals import Signal

_SECOND = 1_000_000_000


class Sink:
    """Datagrams as they came."""

    def __init__(self, taker: socket.socket) -> None:
        self.datagrams: list[bytes] = []
        self.url = f"udp://127.0.0.1:{taker.getsockname()[1]}"

    def lines(self) -> list[str]:
        return [line for datagram in list(self.datagrams) for line in datagram.decode().splitlines()]

    def take(self, taker: socket.socket) -> None:
        while data := taker.recv(65536):
            self.datagrams.append(data)


@contextmanager
def listening() -> Iterator[Sink]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taker:
        taker.bind(("127.0.0.1", 0))
        taker.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        sink = Sink(taker)
        thread = threading.Thread(target=sink.take, args=(taker,))
        thread.start()
        try:
            yield sink
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.sendto(b"", taker.getsockname())
            thread.join()


def statsd(sink: Sink, **more: Any) -> dict[str, Any]:
    return {"type": "statsd", "endpoint": sink.url, **QUICK, **more}


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [
        (
            "plain",
            ["queue.fill:0.5|g", "cold:0|g", "cold:-3|g", "orders:3|c", "change:+2|g", "took.count:4|c", "took.sum:2.5|c",
             "took.bucket.0_1:1|c", "took.bucket.1:2|c", "took.bucket.inf:1|c", "size.count:7|c", "size.sum:20|c",
             "rpc.count:3|c", "rpc.sum:6|c", "rpc.quantile.0_5:2|g"],
        ),
        (
            "dogstatsd",
            ["queue.fill:0.5|g|#queue:a_b,service:cart", "cold:-3|g|#service:cart", "orders:3|c|#service:cart",
             "change:+2|g|#service:cart", "took.count:4|c|#service:cart", "took.sum:2.5|c|#service:cart",
             "took.bucket:1|c|#service:cart,upper_bound:0.1", "took.bucket:2|c|#service:cart,upper_bound:1",
             "took.bucket:1|c|#service:cart,upper_bound:inf", "size.count:7|c|#service:cart", "size.sum:20|c|#service:cart",
             "rpc.count:3|c|#service:cart", "rpc.sum:6|c|#service:cart", "rpc.quantile:2|g|#quantile:0.5,service:cart"],
        ),
        (
            "graphite",
            ["queue.fill;queue=a_b;service=cart:0.5|g", "cold;service=cart:0|g", "cold;service=cart:-3|g",
             "orders;service=cart:3|c", "change;service=cart:+2|g",
             "took.count;service=cart:4|c", "took.sum;service=cart:2.5|c",
             "took.bucket;service=cart;upper_bound=0.1:1|c", "took.bucket;service=cart;upper_bound=1:2|c",
             "took.bucket;service=cart;upper_bound=inf:1|c", "size.count;service=cart:7|c", "size.sum;service=cart:20|c",
             "rpc.count;service=cart:3|c", "rpc.sum;service=cart:6|c", "rpc.quantile;quantile=0.5;service=cart:2|g"],
        ),
    ],
)  # fmt: skip
def test_each_kind_of_metric_in_each_dialect(engine: Engine, tmp_path: Path, dialect: str, expected: list[str]) -> None:
    """Gauges come as they are and increments as they are, in lines that receivers of the dialect read; a NaN does not come."""
    sent = otlp_requests.metrics(
        "cart",
        [
            gauge("queue.fill", 0.5, values={"queue": "a|b"}),
            gauge("cold", -3),
            gauge("none", float("nan")),
            counter("orders", 3, delta=True),
            counter("change", 2, monotonic=False, delta=True),
            histogram("took", delta=True),
            exponential("size", delta=True),
            _began(summary("rpc")),
        ],
    )
    journal = Journal(engine)
    with listening() as sink, exporting(engine, journal, tmp_path, there=statsd(sink, dialect=dialect)):
        journal.put(Signal.METRICS, sent)
        wait_for(lambda: len(sink.lines()) >= len(expected), "all lines")
    assert sorted(sink.lines()) == sorted(expected)
    assert all(len(datagram) <= 1432 for datagram in sink.datagrams)


def _began(metric: Any) -> Any:
    metric.summary.data_points[0].start_time_unix_nano = time.time_ns() - _SECOND
    return metric


def test_totals_become_increments_also_over_a_restart(engine: Engine, tmp_path: Path) -> None:
    """A counter that reports totals is sent as what it grew by; growth while nobody sent is not lost, nor is a reset."""
    journal, now = Journal(engine), time.time_ns()

    def total(value: int, second: int, start: int = 0) -> Any:
        times: Any = {"start_time_unix_nano": now + start, "time_unix_nano": now + second * _SECOND}
        other = counter("other", value, start_time_unix_nano=now - 3600 * _SECOND, time_unix_nano=now + second * _SECOND)
        return otlp_requests.metrics("totals", [counter("total", value, **times), histogram("took", **times), other])

    with listening() as sink:
        given_ = {"there": statsd(sink, dialect="dogstatsd")}
        with exporting(engine, journal, tmp_path, **given_) as exporters:
            journal.put(Signal.METRICS, total(5, 1), total(7, 2))
            wait_for(lambda: exporters.told()[0].position == journal.committed(Signal.METRICS), "all is taken")
        journal.put(Signal.METRICS, total(10, 3))
        with exporting(engine, journal, tmp_path, **given_) as exporters:
            journal.put(Signal.METRICS, total(4, 4, start=3))
            wait_for(lambda: exporters.told()[0].position == journal.committed(Signal.METRICS), "all is taken")
            exporters.replay("there", now / 1e9)
            wait_for(lambda: exporters.told()[0].position == journal.committed(Signal.METRICS), "all is taken again")
        wait_for(lambda: sum(line.startswith("other") for line in sink.lines()) == 3, "what grew")
    assert [line for line in sink.lines() if line.startswith("total")] == [
        f"total:{grown}|c|#service:totals" for grown in (5, 2, 3, 4)
    ]
    assert [line for line in sink.lines() if line.startswith("took.count")] == ["took.count:4|c|#service:totals"] * 2
    # It began long before anybody looked: what it had come to by then is not known to be new.
    assert [line for line in sink.lines() if line.startswith("other")] == [
        f"other:{grown}|c|#service:totals" for grown in (2, 3, 4)
    ]


def test_over_tcp_a_receiver_that_is_away_gets_it_later(engine: Engine, tmp_path: Path) -> None:
    """A refused connection is told and tried again; nothing is a dead letter."""
    journal = Journal(engine)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    given_ = {"type": "statsd", "endpoint": f"tcp://127.0.0.1:{port}", **QUICK}
    with exporting(engine, journal, tmp_path, there=given_) as exporters:
        journal.put(Signal.METRICS, otlp_requests.metrics("patient", [gauge("fill", 0.5)]))
        wait_for(lambda: "does not take it" in exporters.told()[0].last_error, "the error is told")
        with socket.create_server(("127.0.0.1", port)) as listener:
            connection, _ = listener.accept()
            with connection:
                assert connection.recv(1000) == b"fill:0.5|g\n"
    assert not (tmp_path / "there" / "dead").exists()


_drawn: list[Any] = []


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(otlp_strategies.requests[Signal.METRICS])
def collect(request: Any) -> None:
    _drawn.append(request)


@pytest.mark.parametrize("dialect", ["plain", "graphite"])
def test_whatever_is_sent_is_lines(engine: Engine, tmp_path: Path, dialect: str) -> None:
    """No metric that OTLP allows stops the exporter or makes a line that cannot be read."""
    collect()
    journal = Journal(engine)
    with listening() as sink, exporting(engine, journal, tmp_path, there=statsd(sink, dialect=dialect)) as exporters:
        journal.put(Signal.METRICS, *_drawn)
        wait_for(lambda: exporters.told()[0].position == journal.committed(Signal.METRICS), "all is taken")
    for line in sink.lines():
        name, value, kind = line.replace("|", ":").split(":")
        assert name
        float(value)
        assert kind in ("c", "g")
