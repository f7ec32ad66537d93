"""OTLP over HTTP: what a sender, a browser or a curious person gets for what they send."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import zstandard
from google.rpc import error_details_pb2, status_pb2
from opentelemetry.exporter.otlp.json.http._log_exporter import OTLPLogExporter as JsonLogExporter
from opentelemetry.exporter.otlp.json.http.metric_exporter import OTLPMetricExporter as JsonMetricExporter
from opentelemetry.exporter.otlp.json.http.trace_exporter import OTLPSpanExporter as JsonSpanExporter
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse
from tests.receivers.conftest import JSON, PROTOBUF, Receive, Receiving, trace_request, until
from tests.receivers.sdk import send

from assay.core.errors import Retryable
from assay.core.signals import Signal

SHOP = "https://shop.example.com"


def status_in(response: httpx.Response) -> Any:
    """Give the `google.rpc.Status` of an error, after checking that it is in the encoding of the request."""
    assert response.headers["content-type"] == PROTOBUF
    return status_pb2.Status.FromString(response.content)


@pytest.mark.parametrize("compression", [Compression.NoCompression, Compression.Gzip, Compression.Deflate])
async def test_sdk_exporters_deliver_all_three_signals(receiving: Receiving, compression: Compression) -> None:
    """What the real protobuf exporters send arrives once, whole, as the signal it is, compressed or not."""
    root = f"http://127.0.0.1:{receiving.http_port}/v1"
    exporters: list[Any] = [
        OTLPSpanExporter(f"{root}/traces", compression=compression),
        OTLPMetricExporter(f"{root}/metrics", compression=compression),
        OTLPLogExporter(f"{root}/logs", compression=compression),
    ]
    await asyncio.to_thread(send, *exporters)
    taken = receiving.recorder.taken
    assert sorted(signal for signal, *_ in taken) == sorted(Signal)
    assert all((items, source) == (1, "otlp/http") and b"orders" in request for _, request, items, source in taken)


async def test_sdk_json_exporters_deliver_all_three_signals(receiving: Receiving) -> None:
    """What the real JSON exporters send arrives as protobuf with the same content."""
    root = f"http://127.0.0.1:{receiving.http_port}/v1"
    exporters: list[Any] = [
        JsonSpanExporter(f"{root}/traces"),
        JsonMetricExporter(f"{root}/metrics"),
        JsonLogExporter(f"{root}/logs"),
    ]
    await asyncio.to_thread(send, *exporters)
    taken = {signal: request for signal, request, *_ in receiving.recorder.taken}
    assert sorted(taken) == sorted(Signal)
    span = ExportTraceServiceRequest.FromString(taken[Signal.TRACES]).resource_spans[0].scope_spans[0].spans[0]
    assert (span.name, len(span.trace_id), len(span.span_id)) == ("approve", 16, 8)
    assert (span.attributes[0].key, span.attributes[0].value.int_value) == ("order.id", 7)


async def test_full_success_is_an_empty_answer_in_the_encoding_of_the_request(receiving: Receiving) -> None:
    """Success is 200 with partial_success unset: no bytes in protobuf, `{}` in JSON."""
    for content, kind, expected in ((trace_request(), PROTOBUF, b""), (b"", PROTOBUF, b""), (b"{}", JSON, b"{}")):
        response = await receiving.post(content, content_type=kind)
        assert (response.status_code, response.content) == (200, expected)
        assert response.headers["content-type"] == kind


async def test_a_media_type_may_have_parameters(receiving: Receiving) -> None:
    """`application/json; charset=utf-8` is JSON, and case does not matter."""
    response = await receiving.post(b"{}", content_type="Application/JSON; charset=utf-8")
    assert (response.status_code, response.content) == (200, b"{}")


@pytest.mark.parametrize("kind", [PROTOBUF, JSON])
async def test_a_resource_without_a_name_is_taken_with_a_warning(receiving: Receiving, kind: str) -> None:
    """Nothing is rejected for lack of a service name, but the sender is told, in its encoding."""
    content = trace_request(service=None) if kind == PROTOBUF else b'{"resourceSpans":[{"scopeSpans":[{"spans":[{}]}]}]}'
    response = await receiving.post(content, content_type=kind)
    assert response.status_code == 200
    if kind == PROTOBUF:
        partial = ExportTraceServiceResponse.FromString(response.content).partial_success
        assert (partial.rejected_spans, "service.name" in partial.error_message) == (0, True)
    else:
        assert "service.name" in response.json()["partialSuccess"]["errorMessage"]
        assert "rejectedSpans" not in response.json()["partialSuccess"]


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("identity", trace_request(50)),
        ("gzip", gzip.compress(trace_request(50))),
        ("gzip", gzip.compress(trace_request(50)[:700]) + gzip.compress(trace_request(50)[700:])),
        ("deflate", zlib.compress(trace_request(50))),
        ("zstd", zstandard.compress(trace_request(50))),
    ],
)
async def test_every_encoding_gives_the_same_bytes(receiving: Receiving, encoding: str, content: bytes) -> None:
    """Decompressed requests are passed on byte for byte, however many members they were compressed in."""
    response = await receiving.post(content, content_encoding=encoding)
    assert (response.status_code, response.content) == (200, b"")
    assert receiving.recorder.taken == [(Signal.TRACES, trace_request(50), 50, "otlp/http")]


async def test_chunked_bodies_are_read(receiving: Receiving) -> None:
    """A body without Content-Length, as JavaScript and Envoy send it, arrives whole."""

    async def pieces() -> AsyncIterator[bytes]:
        request = trace_request(50)
        for start in range(0, len(request), 100):
            yield request[start : start + 100]

    assert (await receiving.post(pieces())).status_code == 200
    assert receiving.recorder.taken[0][1] == trace_request(50)


@pytest.mark.parametrize("body", [b"\x00\x00", b"\x0a\x05\x00", trace_request()[:-1], b"{}"])
async def test_garbage_is_400_with_bad_request_details(receiving: Receiving, body: bytes) -> None:
    """What is no request is a 400 whose Status holds BadRequest, in protobuf."""
    response = await receiving.post(body)
    status, bad = status_in(response), error_details_pb2.BadRequest()
    assert (response.status_code, status.code) == (400, 3)
    assert status.details[0].Unpack(bad)
    assert "ExportTraceServiceRequest" in bad.field_violations[0].description


async def test_a_bad_json_value_is_400_and_names_its_field(receiving: Receiving) -> None:
    """The Status of a JSON request is JSON, and its BadRequest names the path of the field."""
    response = await receiving.post(b'{"resourceSpans":[{"scopeSpans":[{"spans":[{},{"traceId":"xyz"}]}]}]}', content_type=JSON)
    assert response.status_code == 400
    violation = response.json()["details"][0]["fieldViolations"][0]
    assert violation["field"] == "resourceSpans[0].scopeSpans[0].spans[1].traceId"
    assert response.json()["code"] == 3


@pytest.mark.parametrize(
    ("encoding", "content"),
    [("gzip", trace_request()), ("gzip", gzip.compress(trace_request())[:-9]), ("zstd", b"\x28\xb5\x2f\xfd")],
    ids=["not compressed", "cut off", "the first bytes"],
)
async def test_what_is_not_compressed_as_it_says_is_400(receiving: Receiving, encoding: str, content: bytes) -> None:
    """A wrong or cut off compression is the sender's mistake."""
    response = await receiving.post(content, content_encoding=encoding)
    assert (response.status_code, status_in(response).code) == (400, 3)


async def test_unknown_encodings_and_types_are_415_and_say_what_is_known(receiving: Receiving) -> None:
    """A sender that cannot be understood learns what would be."""
    response = await receiving.post(b"", content_encoding="br")
    assert response.status_code == 415
    assert "gzip" in response.headers["accept-encoding"]
    assert "'br'" in status_in(response).message
    response = await receiving.post(b"", content_type="text/plain")
    assert response.status_code == 415
    assert PROTOBUF in response.headers["accept-post"]
    assert "application/json" in response.json()["message"]


async def test_other_methods_are_405_with_allow(receiving: Receiving) -> None:
    """A path that takes POST says so; without configured origins a preflight is just another method."""
    for method in ("GET", "PUT", "DELETE", "OPTIONS"):
        response = await receiving.client.request(method, "/v1/logs", headers={"origin": SHOP})
        assert (response.status_code, response.headers["allow"]) == (405, "POST")
        assert "POST" in response.json()["message"]
        assert "access-control-allow-origin" not in response.headers


async def test_unknown_paths_are_404_with_a_hint(receiving: Receiving) -> None:
    """Somebody who mistyped a path reads which there are, in a Status."""
    response = await receiving.post(trace_request(), path="/v1/trace")
    assert (response.status_code, status_in(response).code) == (404, 5)
    assert "/v1/traces" in status_in(response).message


async def test_paths_come_from_the_configuration(receive: Receive) -> None:
    """A configured path takes its signal, and the default one no longer does."""
    receiving = await receive(traces_path="/in/spans")
    assert (await receiving.post(trace_request(), path="/in/spans")).status_code == 200
    assert (await receiving.post(trace_request())).status_code == 404


async def test_the_root_says_what_this_port_is(receiving: Receiving) -> None:
    """A person with a browser gets a sentence, not an error."""
    response = await receiving.client.get("/")
    assert response.status_code == 200
    assert "Assay" in response.text
    assert "/v1/traces" in response.text


async def test_over_the_limit_is_413(receive: Receive) -> None:
    """Too large is 413 whether it says so, streams it, or hides it by compression; nothing of it is taken."""
    receiving = await receive(max_request_bytes=100_000)
    large = trace_request(name="x" * 200_000)

    async def stream() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"\x00" * 10_000

    for content, encoding in (
        (large, "identity"),
        (stream(), "identity"),
        (gzip.compress(large), "gzip"),
        (zlib.compress(large), "deflate"),
        (zstandard.compress(large), "zstd"),
    ):
        response = await receiving.post(content, content_encoding=encoding)
        assert (response.status_code, status_in(response).code) == (413, 8)
        assert "max_request_bytes" in status_in(response).message
    assert receiving.recorder.taken == []
    assert receiving.budget.used_bytes == 0


async def test_a_request_of_exactly_the_limit_is_taken(receive: Receive) -> None:
    """The limit is what is still allowed."""
    receiving = await receive(max_request_bytes=len(trace_request(50)))
    assert (await receiving.post(trace_request(50))).status_code == 200
    assert (await receiving.post(gzip.compress(trace_request(50)), content_encoding="gzip")).status_code == 200


@pytest.mark.parametrize("kind", [PROTOBUF, JSON])
async def test_back_pressure_is_503_with_retry_after(receiving: Receiving, kind: str) -> None:
    """A retryable refusal of the next hop reaches the sender as 503 with the delay it asks for."""
    receiving.recorder.error = Retryable("journal_full", "the journal is full", retry_after_seconds=7)
    response = await receiving.post(trace_request() if kind == PROTOBUF else b"{}", content_type=kind)
    assert (response.status_code, response.headers["retry-after"]) == (503, "7")
    assert response.headers["content-type"] == kind


async def test_over_the_memory_budget_is_retryable(receive: Receive) -> None:
    """While the requests in flight take all memory granted, others are asked to come back, and are then taken."""
    request = trace_request(name="x" * 40_000)
    receiving = await receive(budget_bytes=100_000)
    receiving.recorder.gate = asyncio.Event()
    held = [asyncio.create_task(receiving.post(request)) for _ in range(2)]
    await until(lambda: receiving.recorder.waiting == 2)
    assert (await receiving.post(request)).status_code == 503
    receiving.recorder.gate.set()
    assert [response.status_code for response in await asyncio.gather(*held)] == [200, 200]
    assert (await receiving.post(request)).status_code == 200
    assert receiving.budget.used_bytes == 0


async def test_an_unexpected_error_is_500_and_says_nothing_of_the_inside(
    receiving: Receiving, capsys: pytest.CaptureFixture[str]
) -> None:
    """The sender gets an id, the log gets the reason under it, once."""
    receiving.recorder.error = ZeroDivisionError("secret")
    response = await receiving.post(trace_request())
    assert response.status_code == 500
    assert b"secret" not in response.content
    error_id = status_in(response).message.split()[2]
    assert capsys.readouterr().out.count(error_id) == 1


async def test_answers_are_compressed_only_on_request_and_when_worth_it(receiving: Receiving) -> None:
    """A long answer comes as gzip to who accepts it; a short one never does."""
    bad = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [{"kind": "x" * 9000}]}]}]}).encode()
    path = "/" + "x" * 3000
    assert "content-encoding" not in (await receiving.post(bad, content_type=JSON, accept_encoding="gzip")).headers
    for accepted, encoding in (("gzip, br", "gzip"), ("gzip;q=0", None), ("gzip;q=0.5", "gzip"), ("br", None), ("*", "gzip")):
        response = await receiving.post(b"", path=path, accept_encoding=accepted)
        assert (response.status_code, response.headers.get("content-encoding")) == (404, encoding)
        assert "/v1/traces" in status_in(response).message


async def test_a_listed_page_may_send_from_a_browser(receive: Receive) -> None:
    """The preflight of a configured origin is allowed with the headers it asks for, and its answers can be read."""
    receiving = await receive(cors_origins=[SHOP])
    asks = {"origin": SHOP, "access-control-request-method": "POST", "access-control-request-headers": "content-type,x-tenant"}
    response = await receiving.client.options("/v1/traces", headers=asks)
    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["access-control-allow-origin"] == SHOP
    assert response.headers["access-control-allow-methods"] == "POST"
    assert response.headers["access-control-allow-headers"] == "content-type,x-tenant"
    for content, code in ((b"{}", 200), (b"{", 400)):
        response = await receiving.post(content, content_type=JSON, origin=SHOP)
        assert (response.status_code, response.headers["access-control-allow-origin"]) == (code, SHOP)


async def test_another_page_may_not(receive: Receive) -> None:
    """An origin that is not listed gets no permission, and caches are told that origins differ."""
    receiving = await receive(cors_origins=[SHOP])
    asks = {"origin": "https://evil.example.com", "access-control-request-method": "POST"}
    response = await receiving.client.options("/v1/traces", headers=asks)
    assert not any(name.startswith("access-control-allow") for name in response.headers)
    assert response.headers["vary"] == "Origin"


async def test_any_page_may_with_a_star(receive: Receive) -> None:
    """`*` allows every origin, without credentials."""
    receiving = await receive(cors_origins=["*"])
    response = await receiving.post(b"{}", content_type=JSON, origin=SHOP)
    assert response.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in response.headers
