"""What was received adds up: kept, sampled out, filtered and dead letters."""

from __future__ import annotations

import random
import time
from pathlib import Path

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from tests.benchmarks import telemetry
from tests.store.alone import alone

from assay.core import config
from assay.journal import Queue, record
from assay.journal.segment import OpenSegment
from assay.policies import compile_policies, parse
from assay.policies.pseudonyms import read_keys
from assay.policies.sampling import Sampler
from assay.store import EmbeddedEngine, Loader, apply_decoding, migrate

REQUESTS = 400
SPANS = 512
HEALTH_CHECKS = 3
POISON = b"\x0a\xff\xff\xff\xff\x0f this is no protobuf message"
POISONED_REQUESTS = 5
SEGMENTS = 8


def _request(chance: random.Random, number: int) -> bytes:
    """Return a request of traces of eight spans, of which a few begin with a health check."""
    request = ExportTraceServiceRequest.FromString(telemetry.traces(chance, SPANS, f"service-{number % 20}"))
    spans = request.resource_spans[0].scope_spans[0].spans
    for span in spans[:HEALTH_CHECKS]:
        span.kind, span.status.code = Span.SPAN_KIND_SERVER, Status.STATUS_CODE_UNSET
        for attribute in span.attributes:
            if attribute.key in ("http.route", "url.path"):
                attribute.value.string_value = "/healthz"
    for span in chance.sample(list(spans[HEALTH_CHECKS:]), 5):
        span.status.code = Status.STATUS_CODE_ERROR
    return request.SerializeToString()


def _seal(journal: Path, number: int, requests: list[bytes]) -> None:
    segment = OpenSegment(journal / "traces", number)
    records = [b"".join(record.encode(request, number, time.time_ns(), "tests", SPANS)) for request in requests]
    segment.append(records, sum(map(len, records)), SPANS * len(requests))
    segment.seal()


def _account(tmp_path: Path) -> None:
    chance = random.Random(200_000)
    queue = Queue(tmp_path / "journal")
    requests = [_request(chance, number) for number in range(REQUESTS)]
    for place in range(POISONED_REQUESTS):
        requests.insert(chance.randrange(len(requests)), POISON + bytes([place]))
    for number in range(SEGMENTS):
        _seal(tmp_path / "journal", number + 1, requests[number::SEGMENTS])
    received = SPANS * len(requests)
    assert received > 200_000

    engine = EmbeddedEngine(tmp_path / "store", config.Store(), config.Sql())
    policies = parse(None)
    migrate(engine, decode=False)
    apply_decoding(engine, compile_policies(policies, read_keys(tmp_path / "keys")[-1]))
    loader = Loader(engine, queue, streams=2)
    loader.start()
    assert loader.stop(drain_seconds=300)
    sampler = Sampler(engine, queue, policies.sampling, 30, clock=lambda: time.time() + 120)
    while sampler.step():
        pass

    def count(sql: str) -> int:
        return int(engine.query(sql).rows[0][0])

    kept = count("SELECT count() FROM otel_traces")
    sampled_out = count(
        "SELECT count() FROM otel_traces_recent WHERE TraceId IN (SELECT TraceId FROM assay_sampling_decisions WHERE Kept = 0)"
    )
    filtered = count("SELECT sum(Items) FROM assay_filtered_items WHERE Signal = 'traces' AND Filter = 'health_checks'")
    dead = sum(letter.items for letter in queue.dead_letters())
    assert filtered == HEALTH_CHECKS * REQUESTS
    assert dead == SPANS * POISONED_REQUESTS
    assert kept + sampled_out + filtered + dead == received
    assert kept == count(
        "SELECT count() FROM otel_traces_recent WHERE TraceId IN (SELECT TraceId FROM assay_sampling_decisions WHERE Kept = 1)"
    )
    assert kept == count("SELECT uniqExact(TraceId, SpanId) FROM otel_traces")
    assert 0.05 < kept / received < 0.95
    # Failed traces are kept, all of them.
    failed = "SELECT uniqExact(TraceId) FROM {table} WHERE StatusCode = 'Error'"
    assert count(failed.format(table="otel_traces")) == count(failed.format(table="otel_traces_recent")) > 0
    # Service metrics have seen every span that was not filtered.
    assert count("SELECT sum(Spans) FROM assay_service_metrics") == kept + sampled_out
    engine.close()


def test_two_hundred_thousand_spans_add_up(tmp_path: Path) -> None:
    """Received = kept + sampled out + filtered + dead letters, exactly, and nothing of it is there twice."""
    assert alone(_account, tmp_path) == 0
