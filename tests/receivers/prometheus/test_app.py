"""The path of remote write on the port of OTLP/HTTP."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from tests.receivers.conftest import Recorder
from tests.receivers.prometheus import samples

from assay.core.config import Config, Otlp
from assay.core.config import OtlpHttp as HttpConfig
from assay.core.errors import Retryable
from assay.core.remote_write import WriteRequest
from assay.core.signals import Signal
from assay.receivers import OtlpHttp, event_handlers

WRITE = "/api/v1/write"
VERSION_2 = "application/x-protobuf;proto=io.prometheus.write.v2.Request"


@dataclass
class Written:
    recorder: Recorder
    client: httpx.AsyncClient

    async def post(self, body: bytes, media_type: str = "application/x-protobuf", encoding: str = "snappy") -> httpx.Response:
        headers = {"content-type": media_type, "content-encoding": encoding}
        return await self.client.post(WRITE, content=body, headers=headers)


@pytest.fixture
async def written() -> AsyncIterator[Written]:
    recorder = Recorder()
    config = Otlp(http=HttpConfig(port=0))
    handlers = event_handlers(Config(), recorder)
    receiver = OtlpHttp(config, recorder, handlers=handlers)
    port = await receiver.start()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        yield Written(recorder, client)
    await receiver.stop(1)
    for handler in handlers.values():
        handler.door.close()


async def test_both_versions_are_acknowledged(written: Written) -> None:
    """204 once all is safe; version 2.0 reads how much that is, as the specification demands."""
    response = await written.post(samples.FIRST[0])
    assert (response.status_code, response.content) == (204, b"")
    response = await written.post(samples.SECOND[0], VERSION_2)
    counts = [response.headers[f"x-prometheus-remote-write-{name}-written"] for name in ("samples", "histograms", "exemplars")]
    assert (response.status_code, counts) == (204, ["2", "2", "1"])
    taken = [(signal, items, source) for signal, _, items, source in written.recorder.taken]
    assert taken == [(Signal.METRICS, 1, "prometheus/write"), (Signal.METRICS, 4, "prometheus/write")]


async def test_large_requests_are_read_elsewhere(written: Written) -> None:
    """A request of thousands of samples that do not compress is taken whole."""
    request = samples.first(samples.COUNTER, *(number / 7 for number in range(20_000)))
    assert (await written.post(samples.snappy(request))).status_code == 204
    assert written.recorder.taken[0][2] == 20_000


@pytest.mark.parametrize(
    ("body", "media_type", "encoding", "status"),
    [
        (b"garbage", "application/x-protobuf", "snappy", 400),
        (samples.SECOND[0], "application/x-protobuf", "snappy", 400),
        (samples.FIRST[0], VERSION_2, "snappy", 400),
        (gzip.compress(samples.FIRST[0]), "application/x-protobuf", "gzip", 415),
        (samples.FIRST[0], "application/x-protobuf", "identity", 415),
        (samples.FIRST[0], "application/json", "snappy", 415),
        (samples.FIRST[0], "application/x-protobuf;proto=io.prometheus.write.v3.Request", "snappy", 415),
        (b"\xff\xff\xff\xff\x0f", "application/x-protobuf", "snappy", 413),
    ],
)
async def test_refusals_are_not_retried(written: Written, body: bytes, media_type: str, encoding: str, status: int) -> None:
    """What can never be taken is answered by a status after which Prometheus drops it, and by a line for its log."""
    response = await written.post(body, media_type, encoding)
    assert (response.status_code, response.headers["content-type"]) == (status, "text/plain; charset=utf-8")
    assert written.recorder.taken == []


async def test_metadata_alone_is_taken(written: Written) -> None:
    """Prometheus sends descriptions of metrics in requests of their own; they mean no points, and are no mistake."""
    request = WriteRequest()
    request.metadata.add(type=1, metric_family_name="http_requests_total", help="Requests.")
    assert (await written.post(samples.snappy(request))).status_code == 204


async def test_back_pressure_is_503(written: Written) -> None:
    """While the journal takes nothing Prometheus keeps the samples and sends them again; nothing is said to be written."""
    written.recorder.error = Retryable("journal_full", "the journal is full", retry_after_seconds=7)
    response = await written.post(samples.SECOND[0], VERSION_2)
    assert (response.status_code, response.headers["retry-after"]) == (503, "7")
    assert response.headers["x-prometheus-remote-write-samples-written"] == "0"
