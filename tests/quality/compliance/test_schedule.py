from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.conftest import Store

from assay.core.config import Compliance
from assay.core.errors import Retryable
from assay.core.events import Event, encode
from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.quality.compliance import Assessor, ComplianceSchedule, Library
from assay.quality.documents import Documents
from assay.receivers.otlp import KINDS

_HOUR = 3600 * 10**9
_QUIET = 14_310 * 24 * _HOUR  # in 2009


_FRAMEWORK = """kind: compliance_framework
id: small
title: Small
controls: [{id: a, title: A, checks: [clocks]}]
"""


def test_what_is_due_is_assessed_once_whatever_restarts_are_in_between(engine: Engine, store: Store, tmp_path: Path) -> None:
    """A framework is due at first and again after its time, also for a new process; what could not be kept stays due.

    A framework that is not there keeps no other from being assessed.
    """
    (tmp_path / "small.yaml").write_text(_FRAMEWORK, "utf-8")
    kept: list[Event] = []
    now, refusing = [_QUIET], [True]

    def emit(events: Sequence[Event]) -> None:
        if refusing[0]:
            raise Retryable("intake_unavailable", "not now")
        kept.extend(events)
        store(Signal.LOGS, KINDS[Signal.LOGS].request.FromString(encode(events, now[0])))

    def started() -> ComplianceSchedule:
        settings = Compliance(frameworks=["nobody", "small"], every_hours=24, window_days=1)
        assessor = Assessor(engine, emit, lambda: now[0], library=Library(Documents(tmp_path)))
        return ComplianceSchedule(assessor, settings, lambda: now[0])

    first = started()
    try:
        first.catch_up()
    except Retryable:
        refusing[0] = False
    assert first.catch_up() == ["small"]
    assert first.catch_up() == []
    now[0] += 23 * _HOUR
    assert started().catch_up() == []
    now[0] += _HOUR
    assert started().catch_up() == ["small"]
    assessed = [event for event in kept if event.name == "qms.compliance.assessed"]
    assert [event.time_ns for event in assessed] == [_QUIET, _QUIET + 24 * _HOUR]
    assert all(event.attributes["qms.compliance.scheduled"] for event in assessed)
