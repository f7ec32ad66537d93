from __future__ import annotations

from uuid import uuid4

from assay.core.ports import Engine
from assay.query import effects
from assay.query.times import DAY, MINUTE, SECOND, TimeRange

_BEGAN = 1_700_000_040 * SECOND  # a minute


def _scrub(engine: Engine, at_ns: int, rule: str, items: int, service: str = "s") -> None:
    engine.execute(
        "INSERT INTO assay_scrubbed_values SELECT toStartOfMinute(fromUnixTimestamp64Nano("
        f"toInt64({at_ns}))), 'logs', '{service}', 'body', '{rule}', {items}"
    )


def test_leaks_are_of_their_minutes(engine: Engine) -> None:
    """Values count from the minute of the start on, up to the end, and tell the last minute in which there was one."""
    service = f"s-{uuid4()}"
    for minute in range(4):
        _scrub(engine, _BEGAN + minute * MINUTE, "email", 10**minute, service)
    within = TimeRange(_BEGAN + MINUTE + 5 * SECOND, _BEGAN + 3 * MINUTE)
    (leak,) = effects.list_leaks(engine, within, service).leaks
    assert (leak.items, leak.last_seen) == (110, "2023-11-14T22:16:00.000000000Z")


def test_totals_only_grow(engine: Engine) -> None:
    """A day that is dropped stays counted, what comes in late is counted too, and nothing is counted twice."""
    rule = f"r{uuid4().hex[:8]}"
    totals = effects.Totals(engine)
    key = ("scrubbed", "logs", rule)
    assert key not in totals.read(_BEGAN)
    _scrub(engine, _BEGAN, rule, 5)
    assert totals.read(_BEGAN)[key] == 5
    _scrub(engine, _BEGAN + DAY, rule, 7)
    assert totals.read(_BEGAN + DAY)[key] == 12
    _scrub(engine, _BEGAN, rule, 1)
    assert totals.read(_BEGAN + DAY)[key] == 13
    engine.execute("ALTER TABLE assay_scrubbed_values DROP PARTITION ID '20231114'")
    assert totals.read(_BEGAN + 2 * DAY)[key] == 13
    _scrub(engine, _BEGAN + 2 * DAY, rule, 1)
    assert totals.read(_BEGAN + 2 * DAY)[key] == 14
