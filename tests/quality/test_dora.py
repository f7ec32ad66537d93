from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import Store
from tests.otlp_requests import SECOND
from tests.quality.delivering import World

from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.quality import Delivery
from assay.quality.dora import Group, Question, measure

_CASES = yaml.safe_load((Path(__file__).parent / "dora_cases.yaml").read_text("utf-8"))
_JANUARY = {"start": "2026-01-01", "end": "2026-02-01"}


def _midnight(day: date, zone: str) -> int:
    from datetime import datetime

    return round(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).timestamp()) * SECOND


def _question(world: World, window: dict[str, str], **more: Any) -> Question:
    """Ask for whole days, compared with as many days before."""
    start, end = (date.fromisoformat(window[name]) for name in ("start", "end"))
    zone = window.get("zone", "UTC")
    before = start - timedelta(days=(end - start).days)
    return Question(
        _midnight(start, zone),
        _midnight(end, zone),
        _midnight(before, zone),
        service=world.service,
        environment="production",
        zone=zone,
        **more,
    )


def _measure(engine: Engine, delivery: Delivery, question: Question) -> list[Group]:
    delivery.refresh()
    return measure(engine, question)


@pytest.fixture(scope="module")
def delivery(engine: Engine) -> Delivery:
    return Delivery(engine)


@pytest.mark.parametrize("case", _CASES, ids=[case["case"] for case in _CASES])
def test_given_events_give_the_expected_numbers(engine: Engine, store: Store, delivery: Delivery, case: dict[str, Any]) -> None:
    """Each edge case of the table comes out as written."""
    world = World()
    for request in world.requests(case["events"]):
        store(Signal.LOGS, request)
    groups = _measure(engine, delivery, _question(world, case.get("window", _JANUARY)))
    if case.get("expect_nothing"):
        assert groups == []
        return
    (group,) = groups
    for metric, expected in case["expect"].items():
        measured = group.metrics[metric]
        for name, value in expected.items():
            found = getattr(measured, name)
            if name == "distribution" and value:
                found = {level: found[level] for level in value}
            if name == "counts":
                value, found = ({key: count for key, count in each.items() if count} for each in (value, found))
            assert found == (pytest.approx(value) if value else value), f"{metric}.{name}"
