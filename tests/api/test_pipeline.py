from __future__ import annotations

import datetime
import time
from pathlib import Path
from uuid import uuid4

import httpx
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from tests.conftest import Store, listening
from tests.otlp_requests import SECOND, logs, metrics, record

from assay.api import Keeping, create_app
from assay.core import config
from assay.core import metrics as own
from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.journal import DeadLetter

_MINUTE = 60 * SECOND
_RETENTION = config.Retention(logs_days=7)


def test_what_came_in_is_told_step_by_step(client: httpx.Client, engine: Engine, store: Store) -> None:
    """Spans, points and records count in their minute, what was filtered and scrubbed in that of its receipt; sums add up."""
    began = time.time_ns() // _MINUTE * _MINUTE - 400 * 24 * 60 * _MINUTE
    service = f"flow-{uuid4()}"
    engine.execute(
        f"INSERT INTO assay_service_metrics (Minute, ServiceName, Spans) VALUES (toDateTime({began // SECOND}), '{service}', 2)"
    )
    store(Signal.LOGS, logs(service, [record(began + _MINUTE * place, "x") for place in (0, 0, 2)]))
    point = Metric(name="g")
    point.gauge.data_points.add(time_unix_nano=began + _MINUTE, as_double=1.0)
    store(Signal.METRICS, metrics(service, [point]))
    for table, name in (("assay_filtered_items", "Filter"), ("assay_scrubbed_values", "Rule")):
        engine.execute(
            f"INSERT INTO {table} (Minute, Signal, ServiceName, {name}, Items) "
            f"VALUES (toDateTime({began // SECOND}), 'logs', '{service}', 'x', 5)"
        )
    within = {"start": _rfc(began), "end": _rfc(began + 3 * _MINUTE)}
    answer = client.get("/api/v1/pipeline/flow", params=within).json()
    counted = {
        (each["signal"], each["fate"]): [(point["time"][14:16], point["items"]) for point in each["points"]]
        for each in answer["series"]
    }
    first, second, third = (_rfc(began + _MINUTE * place)[14:16] for place in range(3))
    assert answer["step_seconds"] == 60
    assert counted[("logs", "passed")] == [(first, 2), (third, 1)]
    assert counted[("metrics", "passed")] == [(second, 1)]
    assert counted[("traces", "passed")] == [(first, 2)]
    assert counted[("logs", "filtered")] == counted[("logs", "scrubbed")] == [(first, 5)]
    assert all(each["items"] == sum(point["items"] for point in each["points"]) for each in answer["series"])


def test_arrivals_are_told_by_their_way(client: httpx.Client) -> None:
    """What came in and what was refused, with the reasons, is told for each signal and protocol."""
    way = f"way-{uuid4().hex[:6]}"
    own.RECEIVED_ITEMS.labels("logs", way).inc(7)
    own.RECEIVED_REQUESTS.labels("logs", way).inc(2)
    own.REFUSED_REQUESTS.labels("logs", way, "too_large").inc(3)
    own.REFUSED_ITEMS.labels("logs", way, "too_large").inc(30)
    answer = client.get("/api/v1/pipeline/arrivals").json()["arrivals"]
    assert [each for each in answer if each["source"] == way] == [
        {
            "signal": "logs",
            "source": way,
            "received_requests": 2,
            "received_items": 7,
            "received_bytes": 0,
            "refused_items": 30,
            "refused": {"too_large": 3},
        }
    ]


def test_storage_tells_disk_retention_and_dead_letters(engine: Engine, store: Store, tmp_path: Path) -> None:
    """Each table has its size, oldest day and retention; dead letters are told with their reason, the newest first."""
    store(Signal.LOGS, logs(f"kept-{uuid4()}", [record(time.time_ns(), "x")]))
    letters = [
        DeadLetter(Signal.LOGS, tmp_path / "a", 1, "older", SECOND, 0, "otlp/http", "", 3, 10),
        DeadLetter(Signal.TRACES, tmp_path / "b", 2, "newer", 2 * SECOND, SECOND, "otlp/grpc", "", 1, 20),
    ]
    keeping = Keeping(tmp_path, config.Journal(), _RETENTION, lambda: iter(letters))
    with listening(create_app(engine, config.Api(), keeping=keeping)) as url:
        answer = httpx.get(f"{url}/api/v1/pipeline/storage", timeout=60).json()
    kept = {each["name"]: each for each in answer["tables"]}
    assert kept["otel_logs"]["retention_days"] == 7
    assert kept["otel_logs"]["bytes"] > 0
    assert datetime.date.fromisoformat(kept["otel_logs"]["oldest"]) <= datetime.datetime.now(datetime.UTC).date()
    assert kept["assay_migrations"]["retention_days"] is None
    assert answer["disk"]["free_bytes"] <= answer["disk"]["total_bytes"]
    assert answer["disk"]["journal_max_bytes"] == config.Journal().max_bytes
    assert [each["reason"] for each in answer["dead_letters"]] == ["newer", "older"]
    assert [each["received"] for each in answer["dead_letters"]] == ["1970-01-01T00:00:01.000000000Z", ""]
    assert answer["dead_letters_in_all"] == 2


def _rfc(nanoseconds: int) -> str:
    return datetime.datetime.fromtimestamp(nanoseconds // SECOND, datetime.UTC).isoformat()
