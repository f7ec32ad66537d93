from __future__ import annotations

import time
from collections import Counter
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import Store
from tests.otlp_requests import SECOND, logs, record

from assay.core.errors import InvalidInput
from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.core.values import Described
from assay.query.conditions import Condition
from assay.query.cursor import Cursor
from assay.query.log_course import LogCounts, count_logs, find_context
from assay.query.logs import LogConditions, find_logs, name_severity, parse_severity
from assay.query.times import HOUR, TimeRange, format_time

_NOW = time.time_ns()
_RANGE = TimeRange(_NOW - HOUR, _NOW)


@pytest.fixture(scope="module")
def service(store: Store) -> str:
    """A service with four records, `one` to `four` by time, told apart by their attribute `name`."""
    service = f"shop-{uuid4()}"
    ids = {"trace_id": bytes.fromhex("ab" * 16), "span_id": bytes.fromhex("cd" * 8)}
    records = [
        record(_NOW - 40 * SECOND, "Order 100% done\nreally", {"name": "one", "size": 5}, severity_number=9),
        record(_NOW - 30 * SECOND, {"why": "no_stock"}, {"name": "two"}, severity_number=17, severity_text="ERR", **ids),
        record(_NOW - 20 * SECOND, "100 done", {"name": "three", "size": 7.5}),
        record(0, None, {"name": "four"}, observed_time_unix_nano=_NOW - 10 * SECOND, event_name="qms.deployed"),
    ]
    store(Signal.LOGS, logs(service, records, {"region": "eu"}))
    return service


@pytest.mark.parametrize(
    ("conditions", "names"),
    [
        ({}, ["four", "three", "two", "one"]),
        ({"min_severity": 1}, ["two", "one"]),
        ({"min_severity": 13}, ["two"]),
        ({"text": "DONE"}, ["three", "one"]),
        ({"text": "100% d"}, ["one"]),
        ({"text": "no_s"}, ["two"]),
        ({"text": "no%s"}, []),
        ({"text": "done\nreally"}, ["one"]),
        ({"trace_id": "ab" * 16}, ["two"]),
        ({"span_id": "cd" * 8}, ["two"]),
        ({"event": "qms.deployed"}, ["four"]),
        ({"kind": "event"}, ["four"]),
        ({"kind": "record"}, ["three", "two", "one"]),
        ({"attributes": ["size>5"]}, ["three"]),
        ({"attributes": ["size=5", "region=eu"]}, ["one"]),
        ({"attributes": ["region!=eu"]}, []),
        ({"received_after_ns": _NOW - HOUR}, ["four", "three", "two", "one"]),
        ({"received_after_ns": _NOW + HOUR}, []),
    ],
)
def test_all_conditions_must_hold(engine: Engine, service: str, conditions: dict[str, Any], names: list[str]) -> None:
    """Records that meet all conditions are given, the newest first; text is taken as it is, without wildcards."""
    attributes = [Condition.parse(text) for text in conditions.pop("attributes", [])]
    wanted = LogConditions(service=service, attributes=attributes, **conditions)
    found = find_logs(engine, wanted, _RANGE, 10).logs
    assert [each.attributes["name"].value for each in found] == names


def test_a_record_is_found_under_each_name(engine: Engine, store: Store) -> None:
    """An attribute of a record or of its resource is found under its old and its new name, whichever was sent."""
    service = f"renamed-{uuid4()}"
    records = [
        record(_NOW - 20 * SECOND, None, {"name": "old", "http.status_code": 503}),
        record(_NOW - 10 * SECOND, None, {"name": "new", "http.response.status_code": 404}),
    ]
    store(Signal.LOGS, logs(service, records, {"deployment.environment": "staging"}))

    def find(*conditions: str) -> list[Any]:
        attributes = [Condition.parse(text) for text in conditions]
        found = find_logs(engine, LogConditions(service=service, attributes=attributes), _RANGE, 10).logs
        return [each.attributes["name"].value for each in found]

    for asked in ("http.status_code", "http.response.status_code"):
        assert find(f"{asked}>=404") == ["new", "old"]
        assert find(f"{asked}=503", "deployment.environment.name=staging") == ["old"]
        assert find(f"{asked}!=503") == ["new"]
    assert find("deployment.environment.name!=staging") == []


def test_a_record_is_given_whole(engine: Engine, service: str) -> None:
    """A record has its typed body and attributes, ids, severity and resource; its time says if it is its own."""
    four, _, two, _ = find_logs(engine, LogConditions(service=service), _RANGE, 10).logs
    assert (two.time, two.has_time, four.has_time) == (format_time(_NOW - 30 * SECOND), True, False)
    assert four.time == four.observed_time == format_time(_NOW - 10 * SECOND)
    assert (two.severity, two.severity_number, two.severity_text) == ("error", 17, "ERR")
    assert two.body == Described("map", {"why": Described("string", "no_stock")})
    assert four.body == Described("empty", None)
    assert (two.trace_id, two.span_id, four.trace_id) == ("ab" * 16, "cd" * 8, "")
    assert two.resource.attributes["region"] == Described("string", "eu")


def test_pages_are_disjoint_and_complete_while_records_arrive(engine: Engine, store: Store) -> None:
    """Going from page to page gives every record once, also equal ones, whatever arrives meanwhile."""
    service = f"pages-{uuid4()}"
    same = [record(_NOW - 50 * SECOND, "same") for _ in range(5)]
    rest = [record(_NOW - place * SECOND, f"{place}", {"n": place}) for place in (60, 50, 40, 40, 30)]
    store(Signal.LOGS, logs(service, [*same, *rest]))
    got: list[Any] = []
    cursor = None
    while True:
        page = find_logs(engine, LogConditions(service=service), _RANGE, 2, cursor)
        got += [each.body.value for each in page.logs]
        store(Signal.LOGS, logs(service, [record(_NOW - SECOND, "new")]))
        if page.next_cursor is None:
            break
        cursor = Cursor.decode(page.next_cursor)
    assert got[:3] == ["30", "40", "40"]
    assert sorted(got[3:9]) == ["50", *["same"] * 5]
    assert got[9:] == ["60"]


@pytest.mark.parametrize(("text", "number"), [("trace", 1), ("WARN", 13), (" fatal", 21), ("7", 7), ("24", 24)])
def test_a_severity_is_a_name_or_a_number(text: str, number: int) -> None:
    """Names stand for their least number."""
    assert parse_severity(text) == number


@pytest.mark.parametrize("text", ["", "warning!", "0", "25", "-1", "1.5", "٣", "9" * 5000])
def test_anything_else_is_no_severity(text: str) -> None:
    """Anything else is refused with what is allowed."""
    with pytest.raises(InvalidInput) as caught:
        parse_severity(text)
    assert "debug" in caught.value.hint


def test_severity_numbers_have_names() -> None:
    """Four numbers share a name; 0 and what is beyond have none."""
    assert [name_severity(number) for number in (0, 1, 4, 5, 24, 25)] == ["", "trace", "trace", "debug", "fatal", ""]


def test_records_are_counted_step_by_step(engine: Engine, service: str) -> None:
    """Each step that has records tells how many of each severity; the conditions are those of the search."""
    counts = count_logs(engine, LogConditions(service=service), _RANGE)
    assert counts.step_seconds == 60
    assert _total(counts) == {"unset": 2, "info": 1, "error": 1}
    assert _total(count_logs(engine, LogConditions(service=service, text="done"), _RANGE)) == {"unset": 1, "info": 1}
    close = count_logs(engine, LogConditions(service=service), TimeRange(_NOW - 45 * SECOND, _NOW - 15 * SECOND))
    assert (close.step_seconds, len(close.points), _total(close)) == (1, 3, {"unset": 1, "info": 1, "error": 1})
    second = (_NOW - 40 * SECOND) // SECOND * SECOND
    assert close.points[0].time == format_time(second)


def _total(counts: LogCounts) -> dict[str, int]:
    total: Counter[str] = Counter()
    for point in counts.points:
        total.update(point.records)
    return dict(total)


@given(st.integers(0, 9), st.integers(1, 12))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_context_of_a_record_is_what_was_logged_around_it(engine: Engine, row: str, place: int, limit: int) -> None:
    """Up to `limit` records before a time and as many from it on are given, those nearest to it, the newest first."""
    bodies = [each.body.value for each in find_context(engine, _NOW - (100 - place) * SECOND, row, limit).logs]
    first, last = max(0, place - limit), min(9, place + limit - 1)
    assert bodies == [str(number) for number in range(last, first - 1, -1)]


@pytest.fixture(scope="module")
def row(store: Store) -> str:
    """A service with ten records, `0` to `9`, a second apart."""
    service = f"row-{uuid4()}"
    store(Signal.LOGS, logs(service, [record(_NOW - (100 - number) * SECOND, str(number)) for number in range(10)]))
    return service
