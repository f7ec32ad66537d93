from __future__ import annotations

import json
import re
import shlex
import time
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.conftest import Store
from tests.quality.baselines.running import DAY, MINUTE, Running

_PAGE = Path(__file__).parents[2] / "docs/baselines.md"


@pytest.fixture(scope="module")
def orders(store: Store) -> str:
    """A service whose version 1.5.0, of the last minutes, is three times as slow as 1.4.1 was, and fails as seldom."""
    send = Running(store)
    now = time.time_ns() // MINUTE * MINUTE
    send([10 + each / 10 for each in range(60)], now - 2 * DAY, failed=1, name="POST /orders", service_version="1.4.1")
    send([10 + each / 10 for each in range(60)], now - 5 * MINUTE, failed=1, name="POST /orders", service_version="1.4.1")
    send([30 + each / 10 for each in range(60)], now - 5 * MINUTE, failed=1, name="POST /orders", service_version="1.5.0")
    return send.name


def test_a_baseline_is_taken_listed_shown_compared_with_and_ended(report: Run, orders: str) -> None:
    """From the first to the last command: a release that is slower than the baseline ends with 1 and says how many times."""
    taken = report("baseline", "take", orders, "--version", "1.4.1", "--operations")
    assert taken.exit_code == 0, taken.output
    answer = json.loads(report("baseline", "list", "--service", orders, "--json").stdout)
    assert {(each["operation"], each["version"], each["status"]) for each in answer["baselines"]} == {
        ("", "1.4.1", "holds"),
        ("POST /orders", "1.4.1", "holds"),
    }
    key = next(each["id"] for each in answer["baselines"] if not each["operation"])
    shown = report("baseline", "show", key).stdout
    assert re.search(r"^requests +120$", shown, re.MULTILINE)
    assert re.search(r"^error_rate +1\.667 %$", shown, re.MULTILINE)
    asked = ("baseline", "compare", orders, "--version", "1.5.0", "--environment", "production", "--measure")
    slower = report(*asked, "latency_p95")
    assert slower.exit_code == 1, slower.output
    assert re.search(r"latency_p95 +35\.\d ms +15\.\d ms +2\.\d+ .* 60 / 120 +worse", slower.stdout)
    assert report(*asked, "error_rate").exit_code == 0
    beside = json.loads(report(*asked, "latency_p95", "--against", "version 1.4.1", "--tolerance", "2", "--json").stdout)
    assert (beside["outcome"], beside["measures"]["latency_p95"]["n_baseline"]) == ("not_worse", 60)
    assert report("baseline", "expire", key, "--reason", "rolled back").exit_code == 0
    gone = report(*asked, "latency_p95")
    assert gone.exit_code == 1
    assert "no baseline" in gone.stdout
    assert "rolled back" in report("baseline", "show", key).stdout


def test_what_cannot_be_taken_is_said(report: Run, orders: str) -> None:
    """A service that nobody has heard of, and a version with too few requests, end with 1 and the reason."""
    nobody = report("baseline", "take", "nobody-at-all", "--kind", "rolling")
    assert (nobody.exit_code, nobody.stdout) == (1, "not taken: nobody-at-all: no request is known of it\n")
    wrong = report("baseline", "take", orders, "--kind", "rolling", "--since", "1h", "--until", "2h")
    assert (wrong.exit_code, "start" in wrong.stderr) == (2, True)
    assert report("baseline", "compare", orders, "--against", "last week").exit_code == 2
    assert report("baseline", "compare", orders, "--measure", "speed").exit_code == 2
    assert report("baseline", "show", "b-nothing").exit_code == 2


def test_the_examples_of_the_page_work(report: Run, orders: str, store: Store) -> None:
    """Each command of docs/baselines.md is answered."""
    commands = re.findall(r"^assay (baseline.*?)(?: +#.*)?$", _PAGE.read_text("utf-8"), re.MULTILINE)
    assert len(commands) == 10
    for command in commands:
        given = [orders if word == "orders" else word for word in shlex.split(command)]
        if "b-5f0c2a91d3e4" in given:
            (known,) = json.loads(report("baseline", "list", "--service", orders, "--limit", "1", "--json").stdout)["baselines"]
            given = [known["id"] if word == "b-5f0c2a91d3e4" else word for word in given]
        done = report(*given)
        assert done.exit_code in (0, 1), (command, done.output)
        assert done.stdout, command
