"""An hour of a small shop: what the pages are looked at with.

Five services, a database and a queue; some orders are slow and some fail; `orders` was deployed amid the hour, and an incident
is open. Everything is made from one seed, up to a given time.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
from google.protobuf.message import Message
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from tests.otlp_requests import SECOND, attributes, logs, metrics, record, span, traces
from tests.ui.deliveries import season
from tests.ui.measurements import measure

SERVER, CLIENT, PRODUCER, CONSUMER, INTERNAL = 2, 3, 4, 5, 1
MILLISECOND = 1_000_000
MINUTE = 60 * SECOND
TRACES = 360
LARGE_TRACE = "1a" * 16
"""A trace of ten thousand spans."""
LARGE_SPANS = 10_000
_VERSIONS = {"storefront": "7.1.0", "approvals": "1.8.1", "ledger": "4.0.2", "mailer": "0.9.3"}
_DEPLOYED_BEFORE_END = 22 * MINUTE


@dataclass
class Shop:
    """What happened up to `end_ns`; `failed` and `slow` are traces.

    `worse` is the evaluation of a gate that failed, `rollout` one that compared two versions; `assessment` is of the handbook.
    """

    end_ns: int
    spans: dict[tuple[str, str], list[Span]] = field(default_factory=lambda: defaultdict(list))
    records: dict[tuple[str, str], list[LogRecord]] = field(default_factory=lambda: defaultdict(list))
    failed: str = ""
    slow: str = ""
    worse: str = ""
    rollout: str = ""
    assessment: str = ""

    def send(self, otlp: str, api: str) -> int:
        """Send everything over OTLP/HTTP and the API; return how many spans that were."""
        with httpx.Client(timeout=60) as client:
            for (service, version), of_one in self.spans.items():
                for start in range(0, len(of_one), 2_500):
                    _post(client, f"{otlp}/v1/traces", traces(service, of_one[start : start + 2_500], _resource(version)))
            for (service, version), lines in self.records.items():
                _post(client, f"{otlp}/v1/logs", logs(service, lines, _resource(version)))
            for service, made in measure(self.spans, self.end_ns, self.end_ns - _DEPLOYED_BEFORE_END):
                _post(client, f"{otlp}/v1/metrics", metrics(service, made, _resource(_VERSIONS.get(service, "2.4.0"))))
            client.post(f"{api}/api/v1/events", json=_events(self.end_ns) + season(self.end_ns)).raise_for_status()
        return sum(map(len, self.spans.values()))


def make_shop(end_ns: int) -> Shop:
    shop, chance = Shop(end_ns), random.Random(7)
    for number in range(TRACES):
        # Denser towards the end, as a day that begins.
        age = int((1 - (number / TRACES) ** 0.7) * 58 * MINUTE)
        _place_order(shop, chance, number, end_ns - age - 3 * SECOND)
    _run_job(shop, chance, end_ns - 9 * MINUTE)
    _send_digest(shop, chance, end_ns - SECOND)
    return shop


def _place_order(shop: Shop, chance: random.Random, number: int, start: int) -> None:
    trace_id = f"{chance.getrandbits(128):032x}"
    is_new = start > shop.end_ns - _DEPLOYED_BEFORE_END
    version = "2.4.0" if is_new else "2.3.0"
    fails, slow = chance.random() < (0.11 if is_new else 0.02), chance.random() < 0.08
    query = chance.uniform(2, 9) * MILLISECOND
    approve = (chance.uniform(400, 900) if slow else chance.uniform(8, 30)) * MILLISECOND
    asked: dict[str, Any] = {"http.request.method": "POST", "http.response.status_code": 500 if fails else 201}
    approved: dict[str, Any] = {"http.request.method": "POST", "http.response.status_code": 200}
    queue: dict[str, Any] = {"messaging.system": "kafka", "messaging.destination.name": "order-events"}
    database = {"db.system.name": "postgresql", "db.namespace": "ledger", "server.address": "ledger-db"}
    made = _Trace(shop, trace_id, start, {**_VERSIONS, "orders": version})
    total = 22 * MILLISECOND + approve + 3 * query
    web = made.add("storefront", "POST /checkout", 0, 0, total + 9 * MILLISECOND, SERVER, fails=fails,
                   values={**asked, "http.route": "/checkout", "qms.request.user_id": f"user-{number % 17}"})  # fmt: skip
    call = made.add("storefront", "POST", web, 3 * MILLISECOND, total + 3 * MILLISECOND, CLIENT, fails=fails,
                    values={**asked, "server.address": "orders"})  # fmt: skip
    order = made.add("orders", "POST /orders", call, 5 * MILLISECOND, total, SERVER, fails=fails,
                     values={**asked, "http.route": "/orders", "order.amount": round(chance.uniform(5, 900), 2),
                             "order.items": chance.randint(1, 9), "order.express": chance.random() < 0.3,
                             "order.tags": ["web", "eu"]})  # fmt: skip
    made.log("orders", order, 6 * MILLISECOND, 9, "order received")
    ask = made.add("orders", "POST", order, 8 * MILLISECOND, approve + 3 * MILLISECOND, CLIENT,
                   values={**approved, "server.address": "approvals"})  # fmt: skip
    made.add("approvals", "POST /approvals", ask, 9 * MILLISECOND, approve, SERVER,
             values={**approved, "http.route": "/approvals"})  # fmt: skip
    later = 12 * MILLISECOND + approve
    book = made.add("orders", "POST", order, later, 3 * query + 4 * MILLISECOND, CLIENT, fails=fails,
                    values={**asked, "server.address": "ledger"})  # fmt: skip
    entry = made.add("ledger", "POST /entries", book, later + MILLISECOND, 3 * query + 2 * MILLISECOND, SERVER, fails=fails,
                     values={**asked, "http.route": "/entries"})  # fmt: skip
    for place in range(3):
        made.add("ledger", "INSERT entries" if place else "SELECT entries", entry,
                 later + 2 * MILLISECOND + place * query, query * 0.9, CLIENT,
                 values={**database, "db.query.text": "SELECT * FROM entries WHERE id = $1"})  # fmt: skip
    if fails:
        made.fail(entry, later + 3 * query, "PeriodClosed", "the period 2026-10 is closed")
        made.log("ledger", entry, later + 3 * query, 17, "entry refused: the period 2026-10 is closed",
                 {"entry.period": "2026-10", "entry.tries": 2})  # fmt: skip
        shop.failed = trace_id
    else:
        sent = made.add("orders", "order-events send", order, later + 3 * query + 4 * MILLISECOND, 2 * MILLISECOND, PRODUCER,
                        values={**queue, "messaging.operation.type": "send"})  # fmt: skip
        made.add("mailer", "order-events process", sent, later + 3 * query + 60 * MILLISECOND, 35 * MILLISECOND, CONSUMER,
                 values={**queue, "messaging.operation.type": "process"}, link=sent)  # fmt: skip
        made.log("orders", order, total, 9, "order completed")
    if slow:
        made.log("orders", order, 10 * MILLISECOND + approve, 13, "approval took long")
        shop.slow = trace_id


def _run_job(shop: Shop, chance: random.Random, start: int) -> None:
    """A nightly job with ten thousand spans in three levels."""
    made = _Trace(shop, LARGE_TRACE, start, {"nightly": "1.0.0"})
    root = made.add("nightly", "reconcile", 0, 0, 200 * SECOND, INTERNAL, values={"job.name": "reconcile"})
    at = 0.0
    while len(made.by_id) < LARGE_SPANS:
        length = chance.uniform(400, 580) * MILLISECOND
        batch = made.add("nightly", "batch", root, at, length, INTERNAL, values={"batch.size": 24})
        for place in range(min(24, LARGE_SPANS - len(made.by_id))):
            begins, values = at + place * length / 24, {"entry.id": len(made.by_id)}
            made.add("nightly", "check entry", batch, begins, length / 30, INTERNAL, values=values)
        at += length


def _send_digest(shop: Shop, chance: random.Random, start: int) -> None:
    """What follows in a trace of its own from the order of the slow trace."""
    made = _Trace(shop, f"{chance.getrandbits(128):032x}", start, _VERSIONS)
    number = made.add("mailer", "send digest", 0, 0, 80 * MILLISECOND, CONSUMER, values={"messaging.system": "kafka"})
    made.by_id[number].links.add(trace_id=bytes.fromhex(shop.slow), span_id=(3).to_bytes(8))


class _Trace:
    """A trace that is being made: offsets are from its start, in nanoseconds."""

    def __init__(self, shop: Shop, trace_id: str, start: int, versions: dict[str, str]) -> None:
        self.by_id: dict[int, Span] = {}
        self._shop, self._trace_id, self._start, self._versions = shop, trace_id, start, versions

    def add(  # noqa: PLR0917 - a span has that much
        self,
        service: str,
        name: str,
        parent: int,
        at: float,
        length: float,
        kind: int,
        *,
        values: dict[str, Any],
        fails: bool = False,
        link: int = 0,
    ) -> int:
        number, begins = len(self.by_id) + 1, self._start + int(at)
        status = {"code": 2, "message": "failed"} if fails else {}
        made = span(self._trace_id, number, parent, name, begins, int(length), values, kind=kind, status=status)
        if link:
            made.links.add(trace_id=bytes.fromhex(self._trace_id), span_id=link.to_bytes(8))
        self.by_id[number] = made
        self._shop.spans[service, self._versions[service]].append(made)
        return number

    def fail(self, number: int, at: float, kind: str, message: str) -> None:
        event = self.by_id[number].events.add(name="exception", time_unix_nano=self._start + int(at))
        stack = f'Traceback (most recent call last):\n  File "entries.py", line 41, in add\n{kind}: {message}'
        event.attributes.extend(
            attributes({"exception.type": kind, "exception.message": message, "exception.stacktrace": stack})
        )

    def log(  # noqa: PLR0917 - a record has that much
        self, service: str, number: int, at: float, severity: int, body: str, values: dict[str, Any] | None = None
    ) -> None:
        ids: dict[str, Any] = {"trace_id": bytes.fromhex(self._trace_id), "span_id": number.to_bytes(8)}
        made = record(self._start + int(at), body, values or {}, severity_number=severity, **ids)
        self._shop.records[service, self._versions[service]].append(made)


def _resource(version: str) -> dict[str, Any]:
    return {"service.version": version, "deployment.environment.name": "production", "service.instance.id": "one"}


def _events(end_ns: int) -> list[dict[str, Any]]:
    deployed = end_ns - _DEPLOYED_BEFORE_END
    day = 24 * 60 * MINUTE
    made = [
        _deployment("orders", version, at, number)
        for number, (version, at) in enumerate(
            [("2.1.0", deployed - 9 * day), ("2.2.0", deployed - 5 * day), ("2.3.0", deployed - 2 * day), ("2.4.0", deployed)]
        )
    ]
    made.append(_deployment("ledger", "4.0.2", deployed - 3 * day, 9))
    incident = {
        "service.name": "orders",
        "deployment.environment.name": "production",
        "qms.incident.id": "INC-7",
        "qms.incident.title": "Checkout fails for one order in ten",
        "qms.incident.severity": "high",
        "qms.incident.cause.deployment_ids": ["orders/3"],
    }
    made.append({"event": "qms.incident.opened", "time": _rfc(deployed + 6 * MINUTE), "attributes": incident})
    return made


def _deployment(service: str, version: str, at: int, number: int) -> dict[str, Any]:
    return {
        "event": "qms.deployment.finished",
        "time": _rfc(at),
        "attributes": {
            "service.name": service,
            "service.version": version,
            "deployment.id": f"{service}/{number}",
            "deployment.status": "succeeded",
            "deployment.environment.name": "production",
            "vcs.ref.head.revision": f"{number}c0ffee0{number}" * 4,
        },
    }


def _rfc(at_ns: int) -> str:
    return datetime.fromtimestamp(at_ns / SECOND, UTC).isoformat()


def _post(client: httpx.Client, url: str, request: Message) -> None:
    answer = client.post(url, content=request.SerializeToString(), headers={"Content-Type": "application/x-protobuf"})
    answer.raise_for_status()
