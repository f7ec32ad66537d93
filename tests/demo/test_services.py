"""The services are run for real, once for this module, against a receiver of ours."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from assay.core.errors import Misconfigured, Permanent
from assay.demo import sent, services
from assay.demo.load import orders
from assay.demo.traffic import Placed, Traffic


class Outcome:
    """What came of a run of the services."""

    def __init__(self, placed: list[Placed], sent: Counter[str], received: Any) -> None:
        self.placed = placed
        self.sent = sent
        self.received = received


@pytest.fixture(scope="module")
def outcome(receiver: Any, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    with services.running(receiver.otlp, tmp_path_factory.mktemp("services"), "run") as started:
        with Traffic(started[0].url, islice(orders(9), 20), customers=4, pause_seconds=0) as traffic:
            traffic.wait(60)
        assert not traffic.errors
    return Outcome(traffic.placed, sent.read(service.sent for service in started), receiver)


def test_orders_end_as_they_should(outcome: Outcome) -> None:
    """Some orders are taken, some rejected and some fail, as the load says beforehand."""
    assert {each.status for each in outcome.placed} == {200, 422, 500}
    assert all(each.status == each.order.expected_status for each in outcome.placed)
    assert all(each.seconds > 0.4 for each in outcome.placed if each.order.is_slow)


def test_everything_is_sent_by_the_time_a_service_has_stopped(outcome: Outcome) -> None:
    """What the services count as acknowledged is what the receiver has, nothing is left behind by the stop."""
    assert outcome.sent[sent.UNACKNOWLEDGED] == 0
    assert outcome.sent["spans"] == len(outcome.received.spans())
    assert outcome.sent["log records"] == len(outcome.received.records())
    points = Counter[str]()
    for metric in outcome.received.metrics():
        kind = metric.WhichOneof("data")
        points[f"{kind.replace('_', ' ')} points"] += len(getattr(metric, kind).data_points)
    assert points == {kind: count for kind, count in outcome.sent.items() if kind.endswith("points")}
    assert len(points) == 4


def test_each_trace_crosses_all_services(outcome: Outcome) -> None:
    """Automatic and manual spans of the three services are one trace, with no parent missing."""
    traces = defaultdict(list)
    for service, span in outcome.received.spans():
        traces[span.trace_id.hex()].append((service, span))
    for each in outcome.placed:
        trace = traces[each.trace_id]
        assert {service for service, _ in trace} == {"orders", "approvals", "ledger"}
        assert {span.parent_span_id for _, span in trace if span.parent_span_id} <= {span.span_id for _, span in trace}
        assert [span.name for _, span in trace if not span.parent_span_id] == ["POST /orders"]
        assert {"qms.workflow.process", "qms.quality_gate.evaluate", "qms.compliance.check"} <= {s.name for _, s in trace}
        asked = {each.key: each.value.string_value for _, span in trace if not span.parent_span_id for each in span.attributes}
        assert asked["qms.request.user_id"] == each.order.user


def test_what_happens_to_orders_are_events(outcome: Outcome) -> None:
    """Gates, checks and audit records are events as well, one for each order that got so far."""
    names = Counter(record.event_name for record in outcome.received.records())
    assert names["qms.quality_gate.evaluated"] == names["qms.compliance.checked"] == len(outcome.placed)
    assert names["qms.audit.recorded"] == sum(each.status != 422 for each in outcome.placed)


def test_failed_orders_record_the_exception(outcome: Outcome) -> None:
    """A failed order has the ledger's exception on its audit span, and error status up to the root."""
    failed = next(each for each in outcome.placed if each.status == 500)
    spans = {span.name: (service, span) for service, span in outcome.received.spans() if span.trace_id.hex() == failed.trace_id}
    service, audit = spans["qms.audit.process"]
    assert service == "ledger"
    assert audit.status.code == 2
    assert "exception" in [event.name for event in audit.events]
    assert spans["POST /orders"][1].status.code == 2


def test_logs_carry_the_trace(outcome: Outcome) -> None:
    """Every order's logs are found by its trace id."""
    assert {each.trace_id for each in outcome.placed} <= {record.trace_id.hex() for record in outcome.received.records()}


def test_personal_data_is_there_to_be_scrubbed(outcome: Outcome) -> None:
    """The workflow span carries an e-mail address and a card number."""
    span = next(span for _, span in outcome.received.spans() if span.name == "qms.workflow.process")
    attributes = {each.key: each.value.string_value for each in span.attributes}
    assert attributes["qms.user.email"] == "ada.lovelace@example.com"
    assert attributes["payment.card.number"] == "4111 1111 1111 1111"


def test_durations_have_buckets_in_seconds(outcome: Outcome) -> None:
    """The QMS histograms are in seconds and tell milliseconds apart; the ledger's are exponential."""
    found = [metric for metric in outcome.received.metrics() if metric.name == "qms_request_duration_seconds"]
    assert {metric.WhichOneof("data") for metric in found} == {"histogram", "exponential_histogram"}
    explicit = next(metric for metric in found if metric.WhichOneof("data") == "histogram")
    assert explicit.unit == "s"
    assert list(explicit.histogram.data_points[0].explicit_bounds)[:2] == [0.005, 0.01]


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the optional packages the demo says which are missing and how to install them."""
    monkeypatch.setattr(services, "_PACKAGES", ("flask", "no_such_package.part"))
    with pytest.raises(Misconfigured, match=r"no_such_package\.part") as caught:
        services.require_packages()
    assert caught.value.hint == "pip install 'assay[demo]'"


def test_a_service_that_cannot_start_is_named(receiver: Any, tmp_path: Path) -> None:
    """When a service ends by itself the error names it and gives its last words."""
    (tmp_path / "ledger.sqlite3").mkdir()
    reason = r"ledger has ended: .*unable to open database file"
    with pytest.raises(Permanent, match=reason), services.running(receiver.otlp, tmp_path, "run"):
        raise AssertionError("the ledger started without its database")
