from __future__ import annotations

from typing import Any

import pytest
from tests.cli.conftest import Run
from tests.quality.gates.world import World

ERRORS: dict[str, Any] = {"measure": "error_rate", "pass": "<= 1%"}


@pytest.mark.parametrize(("good", "bad", "code"), [(500, 1, 0), (60, 40, 1), (0, 0, 4)])
def test_the_exit_code_is_that_of_a_check(world: World, run: Run, good: int, bad: int, code: int) -> None:
    """A rollout that is over is evaluated: it passed, or failed, or nobody can tell. Progress goes to standard error."""
    world.requests(1, minutes_ago=60)
    if good:
        world.requests(good, bad, version="2.0", minutes_ago=5)
    asked = ("--version", "2.0", "--since", "7m", "--for", "4m", "--every", "0.1")
    told = run("gate", "watch", world.gate(ERRORS), *asked)
    assert told.exit_code == code, told.output
    assert ("to 1 that it is worse" in told.stdout) == (code == 1)
    assert "4 minutes  error_rate: <= 1%:" in told.stderr


def test_it_is_asked_until_there_is_an_evaluation(world: World, run: Run) -> None:
    """A watch that has just begun goes on until it is over; it says so once a minute, and keeps one evaluation."""
    world.requests(40, minutes_ago=1)
    gate = world.gate(ERRORS)
    body = {"since": "1m", "time": "30m"}
    for _ in range(2):
        going = world.client.post(f"/api/v1/gates/{gate}/watch", json=body).json()
        assert going["evaluation"] is None
        body["since"] = going["since"]
    assert world.get("gate-evaluations", gate=gate)["evaluations"] == []


def test_what_cannot_be_watched_is_2(world: World, run: Run) -> None:
    """An unknown gate, a time that is none, and no server: nothing was said of a release."""
    world.requests(1)
    gate = world.gate(ERRORS)
    for name, options in ((gate + "x", ()), (gate, ("--for", "90s")), (gate, ("--server", "http://127.0.0.1:9"))):
        told = run("gate", "watch", name, *options)
        assert (told.exit_code, told.stdout) == (2, "")
        assert told.stderr
