from __future__ import annotations

import math
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import cramjam
import pytest
from hypothesis import HealthCheck, given, settings
from tests import otlp_requests, otlp_strategies
from tests.e2e.running import wait_for
from tests.exporters.destination_server import Answering, answering
from tests.exporters.exporting import QUICK, Journal, exporting
from tests.exporters.prometheus.measured import counter, exponential, gauge, histogram, key, summary

from assay.core.ports import Engine
from assay.core.remote_write import Request, WriteRequest
from assay.core.signals import Signal

INSTANCE = {"service.namespace": "shop", "service.instance.id": "one", "host.name": "h"}
WRITTEN = {"x-prometheus-remote-write-samples-written": "1"}
Series: TypeAlias = dict[tuple[str, frozenset[tuple[str, str]]], list[Any]]


def writing(server: Answering, **more: Any) -> dict[str, Any]:
    return {"type": "prometheus/remote_write", "endpoint": f"{server.url}/api/v1/write", **QUICK, **more}


def read_first(server: Answering) -> Iterator[tuple[dict[str, str], Any]]:
    """Yield labels and series of what has arrived; version 1.0."""
    for asked in list(server.taken):
        for series in WriteRequest.FromString(bytes(cramjam.snappy.decompress_raw(asked.body))).timeseries:
            names = [label.name for label in series.labels]
            assert names == sorted(set(names))
            yield {label.name: label.value for label in series.labels}, series


def read_second(server: Answering) -> Iterator[tuple[dict[str, str], Any]]:
    """Yield labels and series of what has arrived; version 2.0."""
    for asked in list(server.taken):
        request = Request.FromString(bytes(cramjam.snappy.decompress_raw(asked.body)))
        assert request.symbols[0] == ""
        assert len(set(request.symbols)) == len(request.symbols)
        for series in request.timeseries:
            texts = [request.symbols[place] for place in series.labels_refs]
            assert texts[::2] == sorted(set(texts[::2]))
            yield dict(zip(texts[::2], texts[1::2], strict=True)), series


def values(found: Iterator[tuple[dict[str, str], Any]]) -> Series:
    series: Series = {}
    for labels, each in found:
        name = labels.pop("__name__")
        series.setdefault((name, frozenset(labels.items())), []).extend(sample.value for sample in each.samples)
    return series


@pytest.mark.parametrize(("version", "read", "answer"), [("1.0", read_first, {}), ("2.0", read_second, WRITTEN)])
def test_each_kind_of_metric_is_written(
    engine: Engine, tmp_path: Path, version: str, read: Any, answer: dict[str, str]
) -> None:
    """Samples have the names of the page that Prometheus scrapes, their own times and exemplars; deltas become totals."""
    now = time.time_ns()
    times: Any = {"start_time_unix_nano": now - 5, "time_unix_nano": now}
    later: Any = {"start_time_unix_nano": now, "time_unix_nano": now + 2_000_000}
    sent = otlp_requests.metrics(
        "cart",
        [
            gauge("queue.fill", 0.5, "1"),
            counter("orders", 3),
            counter("done", 2, delta=True, **times),
            counter("done", 3, delta=True, **later),
            histogram("took", delta=True, **times),
            exponential("size"),
            exponential("left", scale=20),
            summary("rpc"),
            gauge("ended", 0, flags=1),
        ],
        INSTANCE,
    )
    journal = Journal(engine)
    with (
        answering(answer) as server,
        exporting(engine, journal, tmp_path, there=writing(server, version=version, native_histograms=True)),
    ):
        journal.put(Signal.METRICS, sent)
        who = {"job": "shop/cart", "instance": "one"}
        wait_for(lambda: key("rpc_sum", **who) in values(read(server)), "all of it")
        found = {labels["__name__"]: (labels, series) for labels, series in read(server)}
        written = values(read(server))
    assert written[key("queue_fill_ratio", **who)] == [0.5]
    assert written[key("orders_total", **who)] == [3]
    assert written[key("done_total", **who)] == [2, 5]
    assert written[key("took_seconds_bucket", le="1.0", **who)] == [3]
    assert written[key("rpc", quantile="0.5", **who)] == [2]
    assert written[key("target_info", host_name="h", **who)][0] == 1
    assert struct.pack("<d", written[key("ended", **who)][0]) == struct.pack("<Q", 0x7FF0000000000002)
    assert [sample.timestamp for sample in found["done_total"][1].samples] == [now // 10**6, (now + 2_000_000) // 10**6]
    assert found["orders_total"][1].exemplars[0].value == 3
    size = found["size"][1].histograms[0]
    assert (size.count_int, size.sum, size.schema, size.zero_count_int) == (7, 20, 1, 1)
    assert [(span.offset, span.length) for span in size.positive_spans] == [(-1, 4)]
    assert list(size.positive_deltas) == [1, -1, 2, 1]
    assert found["left"][1].histograms[0].schema == 8
    asked = server.taken[0]
    assert asked.headers["content-encoding"] == "snappy"
    assert asked.headers["x-prometheus-remote-write-version"] == ("0.1.0" if version == "1.0" else "2.0.0")


_drawn: list[Any] = []


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(otlp_strategies.requests[Signal.METRICS])
def collect(request: Any) -> None:
    _drawn.append(request)


def test_whatever_is_sent_is_written_as_the_protocol_demands(engine: Engine, tmp_path: Path) -> None:
    """No metric that OTLP allows stops the exporter, gives a series without a name, or a label that is reserved."""
    collect()
    journal = Journal(engine)
    with answering() as server, exporting(engine, journal, tmp_path, there=writing(server)) as exporters:
        journal.put(Signal.METRICS, *_drawn)
        wait_for(lambda: exporters.told()[0].position == journal.committed(Signal.METRICS), "all is taken")
        for labels, series in read_first(server):
            assert labels["__name__"]
            assert not [name for name in labels if name.startswith("__") and name != "__name__"]
            assert all(math.isfinite(sample.timestamp) for sample in series.samples)


def test_a_request_that_is_too_large_comes_in_halves(engine: Engine, tmp_path: Path) -> None:
    """After status 413 the same series come in two requests."""
    journal = Journal(engine)
    with answering() as server, exporting(engine, journal, tmp_path, there=writing(server)):
        server.statuses = [413]
        journal.put(Signal.METRICS, otlp_requests.metrics("halves", [gauge(f"part_{place}", place) for place in range(5)]))
        wait_for(lambda: len(values(read_first(server))) == 5, "all parts")
        assert len(server.taken) == 2


def test_a_receiver_that_does_not_speak_version_2_is_told_from_one_that_does(engine: Engine, tmp_path: Path) -> None:
    """A receiver of 1.0 answers 204 to what it cannot read; without its count of samples nothing is taken for written."""
    journal = Journal(engine)
    with answering() as server, exporting(engine, journal, tmp_path, there=writing(server, version="2.0")) as exporters:
        journal.put(Signal.METRICS, otlp_requests.metrics("kept", [gauge("kept", 1)]))
        wait_for(lambda: "does not speak remote write 2.0" in exporters.told()[0].last_error, "the error is told")
        server.answer = WRITTEN
        wait_for(lambda: exporters.told()[0].position == journal.committed(Signal.METRICS), "all is taken")
    assert not (tmp_path / "there" / "dead").exists()
