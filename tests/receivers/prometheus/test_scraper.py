"""The scraper against real targets, good and bad."""

from __future__ import annotations

import asyncio
import gzip
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from tests.receivers.conftest import until
from tests.receivers.prometheus.pages import OPENMETRICS_PAGE, protobuf_page

from assay.core.config import ScrapeJob
from assay.core.errors import Retryable
from assay.receivers.prometheus import scraper
from assay.receivers.prometheus.scraper import Scraper, scrape
from assay.receivers.prometheus.target import Target

Answer = Callable[[bytes], bytes]


def http(page: bytes, content_type: str = "text/plain", status: str = "200 OK", **headers: str) -> bytes:
    """Make a whole answer, header names with underscores."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}", f"Content-Length: {len(page)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + page


@asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[str]:
    """Answer each request, given its head, by raw bytes; an empty answer keeps whoever asks waiting. Gives the address."""
    waiting: list[asyncio.StreamWriter] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        waiting.append(writer)
        if found := answer(head):
            writer.write(found)
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for writer in waiting:
            writer.close()


async def ask(address: str, times: int = 1, **settings: Any) -> list[dict[str, Any]]:
    """Scrape a target and give what was sent each time: the value of each metric's first point."""
    job = ScrapeJob(**{"targets": [address], "timeout_seconds": 5, **settings})
    target = Target("orders", job, address)
    sent: list[bytes] = []
    asked = Scraper([target], sent.append)
    async with httpx.AsyncClient(follow_redirects=True, trust_env=False) as client:
        for _ in range(times):
            await asked.scrape(client, target)
    return [values(request) for request in sent]


def values(request: bytes) -> dict[str, Any]:
    message = ExportMetricsServiceRequest.FromString(request)
    metrics = [metric for group in message.resource_metrics for scope in group.scope_metrics for metric in scope.metrics]
    points = {metric.name: getattr(metric, metric.WhichOneof("data") or "").data_points[0] for metric in metrics}
    return {name: getattr(point, "as_double", point) for name, point in points.items()}


@pytest.mark.parametrize(
    "answer",
    [
        http(b"fill 0.5\n", "text/plain; version=0.0.4"),
        http(b"fill 0.5\n", ""),
        http(b"fill 0.5\n# EOF\n", "application/openmetrics-text; version=1.0.0; charset=utf-8"),
        http(protobuf_page(), "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"),
        http(gzip.compress(b"fill 0.5\n"), content_encoding="gzip"),
    ],
)
async def test_pages_are_taken(answer: bytes) -> None:
    """A page in each format, compressed or not, is sent on with `up` and how long it took."""
    async with serving(lambda _: answer) as address:
        [found] = await ask(address)
    assert (found["fill"], found["up"]) == (0.5, 1)
    assert 0 < found["scrape_duration_seconds"] < 5


async def test_the_scraper_says_what_it_wants(tmp_path: Path) -> None:
    """It prefers protobuf, which has native histograms, tells its patience and the token, and follows a redirection."""
    token = tmp_path / "token"
    token.write_text("s3cret\n")
    heads: list[str] = []

    def answer(head: bytes) -> bytes:
        heads.append(head.decode().lower())
        return http(b"", status="302 Found", location="/page") if b"GET /metrics" in head else http(b"fill 0.5\n")

    async with serving(answer) as address:
        [found] = await ask(address, bearer_token_file=token)
    assert (found["fill"], len(heads)) == (0.5, 2)
    assert "accept: application/vnd.google.protobuf" in heads[0]
    assert "x-prometheus-scrape-timeout-seconds: 5\r\n" in heads[0]
    assert "authorization: bearer s3cret\r\n" in heads[0]


@pytest.mark.parametrize(
    ("answer", "settings"),
    [
        (http(b"", status="500 Internal Server Error"), {}),
        (http(b"a b c d"), {}),
        (http(b"\xff\xff\xff", "application/vnd.google.protobuf"), {}),
        (http(OPENMETRICS_PAGE, "application/openmetrics-text")[:-40], {}),
        (http(b"x" * 2_000_000), {"max_body_bytes": 1_000_000}),
        (http(gzip.compress(bytes(50_000_000)), content_encoding="gzip"), {"max_body_bytes": 1_000_000}),
        (http(b"fill 1\n" * 101), {"max_samples": 40}),
        (http(b"fill 1\n", content_encoding="br"), {}),
        (b"garbage\r\n\r\n", {}),
        (b"", {"timeout_seconds": 0.1}),
    ],
)
async def test_bad_targets_are_not_up(answer: bytes, settings: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    """Errors, garbage, what is cut off, too large, compressed otherwise or too slow: `up` is 0, and the log says why, once."""
    async with serving(lambda _: answer) as address:
        found = await ask(address, times=2, **settings)
    assert [(each["up"], set(each)) for each in found] == [(0, {"up", "scrape_duration_seconds", "scrape_samples_scraped"})] * 2
    assert capsys.readouterr().out.count("scrape_failed") == 1


async def test_a_target_that_comes_back(capsys: pytest.CaptureFixture[str]) -> None:
    """A target that is not there is not up; when it is there again it is, and the log says so."""
    pages = iter([http(b"", status="503 Service Unavailable"), http(b"fill 0.5\n")])
    async with serving(lambda _: next(pages)) as address:
        found = await ask(address, times=2)
    assert [each["up"] for each in found] == [0, 1]
    assert "scrape_works_again" in capsys.readouterr().out
    assert [each["up"] for each in await ask(address)] == [0]


async def test_one_bad_target_does_not_hold_up_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each target is asked at its own times: one that never answers costs the others nothing. What cannot be sent is lost."""
    sent: list[bytes] = []
    stopping = threading.Event()

    def send(request: bytes) -> None:
        if not sent:
            sent.append(b"")
            raise Retryable("intake_unavailable", "Intake takes nothing for now")
        sent.append(request)

    def up() -> int:
        return sum(values(request)["up"] == 1 for request in sent[1:])

    monkeypatch.setattr(scraper, "_limit_memory", lambda: None)  # it would be for the process of the tests
    async with serving(lambda _: http(b"fill 0.5\n")) as good, serving(lambda _: b"") as bad:
        jobs = {"orders": ScrapeJob(targets=[good, bad], interval_seconds=1, timeout_seconds=1)}
        running = asyncio.create_task(scrape(jobs, send, stopping))
        await until(lambda: up() >= 2)
        stopping.set()
        await asyncio.wait_for(running, 10)


def test_the_resource_of_both_instances_differs() -> None:
    """Instances of a job are told apart by their addresses."""
    job = ScrapeJob(targets=["a:1", "[::1]:2"])
    found = [Target("orders", job, address) for address in job.targets]
    assert [target.url for target in found] == ["http://a:1/metrics", "http://[::1]:2/metrics"]
    assert [target._resource["server.address"] for target in found] == ["a", "::1"]
