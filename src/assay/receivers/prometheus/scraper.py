"""The process that asks targets for their pages, each at its own times, and hands what they say to intake."""

from __future__ import annotations

import asyncio
import resource
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

import httpx
import structlog

from assay.core.config import ScrapeJob
from assay.core.errors import AssayError
from assay.receivers.budget import Budget
from assay.receivers.encodings import gather, open_decoder
from assay.receivers.prometheus.points import Point
from assay.receivers.prometheus.protobuf_page import read_protobuf
from assay.receivers.prometheus.target import Scrape, Target
from assay.receivers.prometheus.text_page import read_classic, read_openmetrics

ACCEPT = (
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,"
    "application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
)
_READERS: Mapping[str, Callable[[bytes, int], list[Point]]] = {
    "application/vnd.google.protobuf": read_protobuf,
    "application/openmetrics-text": read_openmetrics,
}
_PAGES_BYTES = 128 << 20
"""What all pages that are being read may take together, as they came."""
_MEMORY_BYTES = 1536 << 20
"""What the process may take beyond what it has at its start: few bytes can stand for much memory."""

_log = structlog.get_logger("assay.receivers")

SendMetrics = Callable[[bytes], None]
"""Return once a request is safe; raises Retryable or Permanent."""


class ScrapeFailed(AssayError):
    """A target gives no page."""


async def scrape(jobs: Mapping[str, ScrapeJob], send: SendMetrics, stopping: threading.Event) -> None:
    """Scrape the targets of all jobs until told to stop."""
    _limit_memory()
    scraper = Scraper([Target(name, job, address) for name, job in jobs.items() for address in job.targets], send)
    running = asyncio.create_task(scraper.run())
    await asyncio.to_thread(stopping.wait)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def read_page(media_type: str, body: bytes, max_samples: int) -> list[Point]:
    """Read a page; what does not tell its format is the classic one.

    Raises:
        InvalidInput: it cannot be read.
        TooLarge: it has too many samples.
    """
    name = media_type.partition(";")[0].strip().lower()
    return _READERS.get(name, read_classic)(body, max_samples)


class Scraper:
    """Scrape each of `targets` at its times, and hand on what it says."""

    def __init__(self, targets: Sequence[Target], send: SendMetrics) -> None:
        self._targets = targets
        self._send = send
        self._budget = Budget(_PAGES_BYTES)
        self._reasons: dict[Target, str] = {}
        # Pages are read one after the other: two at a time would take no less time, and twice the memory.
        self._reading = asyncio.Lock()

    async def run(self) -> None:
        """Go on until cancelled."""
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=120)
        async with httpx.AsyncClient(follow_redirects=True, trust_env=False, limits=limits, timeout=None) as client:  # noqa: S113 - asyncio.timeout bounds the whole scrape
            await asyncio.gather(*(self._follow(client, target) for target in self._targets))

    async def _follow(self, client: httpx.AsyncClient, target: Target) -> None:
        interval = target.settings.interval_seconds
        # Spread over the interval, each target always at the same place in it.
        digest = blake2b(f"{target.job} {target.url}".encode(), digest_size=8).digest()
        due = time.monotonic() + interval * int.from_bytes(digest, "big") / (1 << 64)
        while True:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            await self.scrape(client, target)
            due += interval
            if (late := time.monotonic() - due) > 0:
                due += interval * (late // interval + 1)

    async def scrape(self, client: httpx.AsyncClient, target: Target) -> None:
        """Scrape once and hand on what it comes to; whatever goes wrong is logged, and told by the metric `up`."""
        at_ns, start = time.time_ns(), time.perf_counter()
        request = b""
        try:
            media_type, body = await self._fetch(client, target)
            seconds = time.perf_counter() - start
            async with self._reading:
                request = await asyncio.to_thread(_convert, target, media_type, body, at_ns, seconds)
            self._note(target, "")
        except (AssayError, httpx.HTTPError, TimeoutError, OSError, UnicodeError, MemoryError) as error:
            self._note(target, str(error) or type(error).__name__)
            request = target.convert(Scrape(at_ns, time.perf_counter() - start, None)).request
        try:
            await asyncio.to_thread(self._send, request)
        except AssayError as error:
            _log.error("scrape_lost", job=target.job, target=target.url, reason=str(error))

    def _note(self, target: Target, reason: str) -> None:
        """Log what has changed: why scrapes of a target fail from now on, or that they do no longer."""
        before = self._reasons.get(target, "")
        self._reasons[target] = reason
        if reason != before:
            log, event = (_log.warning, "scrape_failed") if reason else (_log.info, "scrape_works_again")
            log(event, job=target.job, target=target.url, reason=reason or before)

    async def _fetch(self, client: httpx.AsyncClient, target: Target) -> tuple[str, bytes]:
        settings = target.settings
        headers = {
            "accept": ACCEPT,
            "accept-encoding": "gzip",
            "x-prometheus-scrape-timeout-seconds": f"{settings.timeout_seconds:g}",
        }
        if settings.bearer_token_file:
            headers["authorization"] = f"Bearer {settings.bearer_token_file.read_text('utf-8').strip()}"
        async with asyncio.timeout(settings.timeout_seconds):
            async with client.stream("GET", target.url, headers=headers) as response:
                if response.status_code != 200:
                    raise ScrapeFailed("scrape_failed", f"it answers with status {response.status_code}")
                decoder = open_decoder(response.headers.get("content-encoding", ""))
                with self._budget.lease() as lease:
                    body = await gather(response.aiter_raw(), decoder, settings.max_body_bytes, lease)
                return response.headers.get("content-type", ""), body


def _convert(target: Target, media_type: str, body: bytes, at_ns: int, seconds: float) -> bytes:
    points = read_page(media_type, body, target.settings.max_samples)
    return target.convert(Scrape(at_ns, seconds, points)).request


def _limit_memory() -> None:
    with suppress(OSError, ValueError):  # where there is no such limit, that of a page has to do
        taken = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + _MEMORY_BYTES, resource.RLIM_INFINITY))
