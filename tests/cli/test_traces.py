from __future__ import annotations

import json
import time
from uuid import uuid4

import pytest
from tests.cli.conftest import Run
from tests.conftest import Store
from tests.otlp_requests import SECOND, logs, record, span, traces

from assay.core.signals import Signal

_NOW = time.time_ns()


@pytest.fixture(scope="module")
def shop(store: Store) -> tuple[str, str]:
    """A service and its one trace, which has failed."""
    service, trace_id = f"shop-{uuid4()}", uuid4().hex
    root = span(trace_id, 1, name="POST /orders", start_ns=_NOW - SECOND, duration_ns=250_000_000, values={"n": 5})
    root.status.code = root.status.STATUS_CODE_ERROR
    store(Signal.TRACES, traces(service, [root, span(trace_id, 2, 1, name="book\x1b[2J", start_ns=_NOW - SECOND)]))
    store(Signal.LOGS, logs(service, [record(_NOW, "sold out", trace_id=bytes.fromhex(trace_id), severity_number=17)]))
    return service, trace_id


def test_a_search_lists_traces(run: Run, shop: tuple[str, str]) -> None:
    """A found trace is a line with duration, spans, errors, root, services and id; no colors where there is no terminal."""
    service, trace_id = shop
    result = run(
        "traces", "search", "--service", service, "--status", "error", "--min-duration", "100ms", "-a", "n>=5", "--since", "1h"
    )
    assert result.exit_code == 0
    line = result.stdout.splitlines()[2]
    assert all(word in line for word in ("250 ms", f"{service}: POST /orders", trace_id))
    assert "\x1b" not in result.stdout
    assert run("traces", "search", "--service", "nobody").stdout == "No trace meets that in that time.\n"


def test_a_search_goes_on_with_the_cursor(run: Run, store: Store) -> None:
    """When there are more, stderr says how to go on."""
    service, ids = f"shop-{uuid4()}", [uuid4().hex for _ in range(2)]
    store(Signal.TRACES, traces(service, [span(each, 1, start_ns=_NOW - place * SECOND) for place, each in enumerate(ids, 1)]))
    first = run("traces", "search", "--service", service, "--limit", "1")
    assert ids[0] in first.stdout
    cursor = first.stderr.split("--cursor ")[1].strip()
    second = run("traces", "search", "--service", service, "--cursor", cursor)
    assert ids[1] in second.stdout
    assert ids[0] not in second.stdout


def test_a_trace_is_drawn(run: Run, shop: tuple[str, str]) -> None:
    """A trace is a tree with bars, and its records below; what a sender wrote cannot command the terminal."""
    result = run("traces", "show", shop[1])
    assert f"{shop[0]}: POST /orders ✗ │" in " ".join(result.stdout.split())
    assert r"└─" in result.stdout
    assert r"book\x1b[2J" in result.stdout
    assert "sold out" in result.stdout
    assert "n = 5" not in result.stdout
    assert "n = 5" in run("traces", "show", "-v", shop[1]).stdout


def test_json_is_the_answer_of_the_api(run: Run, shop: tuple[str, str]) -> None:
    """With --json programs get what the API gives."""
    found = json.loads(run("traces", "search", "--service", shop[0], "--json").stdout)
    assert [each["trace_id"] for each in found["traces"]] == [shop[1]]
    shown = json.loads(run("traces", "show", shop[1], "--json").stdout)
    assert shown["spans"][0]["attributes"] == {"n": {"type": "int", "value": 5}}
