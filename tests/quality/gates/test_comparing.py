from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

import pytest
from tests.conftest import Store
from tests.quality.baselines.running import DAY, HOUR, MINUTE, NOW, Recorder, Running

from assay.core.errors import InvalidInput
from assay.core.ports import Engine
from assay.quality import Delivery
from assay.quality.baselines import Baselines, Taken, Which
from assay.quality.documents import Documents
from assay.quality.gates import Asked, Gates, Measurer
from assay.query.metrics import read_value

Take = Callable[[Which], Taken]


@dataclass
class Made:
    """Gates of a directory of their own; `now` is what their clock says, half past unless set."""

    engine: Engine
    store: Store
    directory: Path
    now: int = NOW + 30 * MINUTE

    def __call__(self, objectives: str) -> Gates:
        """Return gates of which `release` has these objectives."""
        (self.directory / "release.yaml").write_text(f"kind: gate\nname: release\nobjectives:\n{objectives}")
        measurer = Measurer(self.engine, partial(read_value, self.engine), Delivery(self.engine))
        return Gates(self.engine, Documents(self.directory), measurer, Recorder(self.store), lambda: self.now)


@pytest.fixture
def send(store: Store) -> Running:
    return Running(store)


@pytest.fixture
def make(engine: Engine, store: Store, tmp_path: Path) -> Made:
    return Made(engine, store, tmp_path)


@pytest.fixture
def take(engine: Engine, store: Store) -> Take:
    """Take the baseline of a release."""
    kept = Baselines(engine, Recorder(store).emit)
    return lambda which: kept.take("release", which, NOW)


def _asked(service: str, version: str = "") -> Asked:
    return Asked(service=service, environment="production", window_seconds=1800, version=version)


def _durations(random: Random, number: int, times: float = 1.0) -> list[float]:
    return [100 * times * random.lognormvariate(0, 0.5) for _ in range(number)]


@pytest.fixture(scope="module")
def beside(engine: Engine, store: Store) -> str:
    """A service whose version 1.1 takes twice as long as 1.0, of which there is a baseline, and as staging does."""
    random, send = Random(1), Running(store)
    send(_durations(random, 60, 2), NOW, service_version="1.1")
    send(_durations(random, 60), NOW, service_version="1.0")
    send(_durations(random, 60, 2), NOW, environment="staging")
    send(_durations(random, 5), NOW - 3 * HOUR, service_version="1.0")
    Baselines(engine, Recorder(store).emit).take("release", Which(send.name, NOW - DAY, NOW + MINUTE, version="1.0"), NOW)
    return send.name


@pytest.fixture(scope="module")
def rollouts(store: Store) -> dict[str, str]:
    """Services of which 1.1 runs beside 1.0 for twenty minutes: as well, slower, or with more errors."""
    random, names = Random(2), {}
    for kind, times, failing in (("well", 1.0, 0), ("slow", 2.0, 0), ("failing", 1.0, 5)):
        send = Running(store)
        send.minutes([(_durations(random, 25, times), failing) for _ in range(20)], NOW, service_version="1.1")
        send.minutes([(_durations(random, 25), 0) for _ in range(20)], NOW, service_version="1.0")
        names[kind] = send.name
    return names


@pytest.mark.parametrize(
    ("criterion", "outcome"),
    [
        ("not worse than version 1.0", "failed"),
        ("not worse than other versions", "failed"),
        ("not worse than other versions by 200%", "passed"),
        ("not worse than environment staging", "passed"),
        ("not worse than 3h ago", "too_few_requests"),
        ("not worse than window 1d", "missing_baseline"),
        ("not worse than 1d ago", "missing_baseline"),
        ("not worse than version 0.9", "missing_baseline"),
        ("not worse than baseline release", "failed"),
        ("not worse than baseline seasonal", "missing_baseline"),
    ],
)
def test_a_latency_is_held_against_what_is_named(make: Made, beside: str, criterion: str, outcome: str) -> None:
    """Each form of a comparison has its outcome; what is not known, or too little, does not pass and says why."""
    evaluation = make(f"  - measure: latency_p50\n    pass: {criterion!r}\n").check("release", _asked(beside, version="1.1"))
    (objective,) = evaluation.objectives
    assert (objective.outcome, evaluation.result) == (outcome, "passed" if outcome == "passed" else "failed")
    assert objective.reason
    compared = objective.criteria[0].comparison
    if outcome in ("passed", "failed") and criterion.startswith("not"):
        assert compared is not None
        assert compared.method == "rank"
        assert "requests" in objective.reason
        assert f"{criterion}, " in objective.reason
        assert f"ms there, {'holds' if outcome == 'passed' else 'does not hold'}: " in objective.reason


def test_errors_are_compared_by_their_counts(make: Made, send: Running) -> None:
    """A version that fails more often than the one beside it fails the gate, one that does not passes, as does availability."""
    send([10] * 200, NOW, failed=20, service_version="2.0")
    send([10] * 200, NOW, failed=2, service_version="1.0")
    gates = make(
        "  - measure: error_rate\n    pass: not worse than other versions\n"
        "  - measure: availability\n    pass: not worse than other versions\n"
    )
    for version, outcome in (("2.0", "failed"), ("1.0", "passed")):
        evaluation = gates.check("release", _asked(send.name, version=version))
        assert [each.outcome for each in evaluation.objectives] == [outcome, outcome]


def test_a_baseline_without_errors_is_one_to_compare_with(make: Made, send: Running, take: Take) -> None:
    """One error in a hundred is no evidence against none in a hundred, and twelve are; no percentage of 0 is needed."""
    send([10] * 100, NOW - HOUR, service_version="1.0")
    take(Which(send.name, NOW - DAY, NOW, version="1.0"))
    send([10] * 100, NOW, failed=1, service_version="1.1")
    send([10] * 100, NOW, failed=12, service_version="1.2")
    gates = make("  - measure: error_rate\n    pass: not worse than baseline release\n")
    told = [gates.check("release", _asked(send.name, version=version)).objectives[0] for version in ("1.1", "1.2")]
    assert [each.outcome for each in told] == ["passed", "failed"]
    assert (told[0].baseline, told[0].baseline_shown, told[0].compared) == (0, "0%", [])


def test_what_is_tested_against_can_be_asked_again(make: Made, engine: Engine, send: Running) -> None:
    """The statement behind the other side gives its requests, and a version that is not worse says what it was beside."""
    send([10] * 40, NOW, service_version="2.0")
    send([12] * 50, NOW, service_version="1.0")
    gates = make("  - measure: latency_p95\n    pass: ['<= 1s', 'not worse than version 1.0']\n")
    (objective,) = gates.check("release", _asked(send.name, version="2.0")).objectives
    assert objective.outcome == "passed"
    assert objective.baseline == pytest.approx(0.012, rel=0.01)
    (resolved,) = objective.compared
    (row,) = engine.query(resolved.sql, resolved.parameters).dicts()
    assert row["requests"] == 50


@pytest.mark.parametrize(
    "objective",
    [
        "  - measure: latency_p95\n    pass: not worse than yesterday\n",
        "  - metric: queue.depth\n    pass: not worse than version 1\n",
    ],
)
def test_a_comparison_that_cannot_be_is_refused_with_its_line(make: Made, objective: str) -> None:
    """What nothing can be compared with, and what is no measure of a service, are problems of the document."""
    (problem,) = make(objective).load().problems
    assert problem.line == 5
    assert problem.hint


def test_others_of_an_unknown_version_are_refused(make: Made, send: Running) -> None:
    """Nobody can tell which versions are the others if the version that is judged is not said."""
    send([10] * 40, NOW)
    with pytest.raises(InvalidInput):
        make("  - measure: error_rate\n    pass: not worse than other versions\n").check("release", _asked(send.name))


@pytest.mark.parametrize(
    ("objective", "kind", "stops"),
    [
        ("measure: latency_p95\n    pass: not worse than other versions", "slow", True),
        ("measure: latency_p95\n    pass: not worse than other versions", "well", False),
        ("measure: error_rate\n    pass: not worse than other versions", "failing", True),
        ("measure: error_rate\n    pass: '<= 2%'", "failing", True),
        ("measure: availability\n    pass: '>= 98%'", "failing", True),
        ("measure: latency_p50\n    pass: '<= 120ms'", "slow", True),
        ("measure: throughput\n    pass: '>= 1/h'", "well", False),
    ],
)
def test_a_watch_stops_what_is_worse_and_lets_pass_what_is_not(
    make: Made, rollouts: dict[str, str], objective: str, kind: str, stops: bool
) -> None:
    """Minute by minute the evidence grows: a bad release is stopped before its time, a good one is evaluated at the end."""
    gates, asked = make(f"  - {objective}\n"), _asked(rollouts[kind], version="1.1")
    for minute in (1, 12, 20):
        make.now = NOW + minute * MINUTE + MINUTE // 2
        watched = gates.watch("release", asked, NOW, NOW + 20 * MINUTE)
        assert watched.minutes == minute
        if watched.evaluation:
            break
    assert stops == (minute < 20)
    evaluation = watched.evaluation
    assert evaluation is not None
    assert evaluation.result == ("failed" if stops else "passed")
    kept = gates.history(9, {"gate": "release", "service": rollouts[kind]})
    assert evaluation.id in {each.id for each in kept}
    if stops:
        assert "to 1 that it is worse" in evaluation.objectives[0].reason


def test_a_watch_without_traffic_does_not_pass(make: Made, send: Running) -> None:
    """Nothing came while the rollout was watched: at its end the gate says that there is no data, and fails."""
    send([10] * 40, NOW - HOUR)
    watched = make("  - measure: error_rate\n    pass: '<= 1%'\n").watch("release", _asked(send.name), NOW, NOW + 5 * MINUTE)
    assert watched.evaluation is not None
    assert watched.evaluation.result == "failed"
    assert watched.evaluation.objectives[0].outcome == "no_data"


def test_a_score_may_make_up_for_what_is_worse(make: Made, send: Running) -> None:
    """A watch stops only if the gate fails by it."""
    send.minutes([([10] * 25, 10)] * 10, NOW)
    light = "  - {measure: error_rate, pass: '<= 1%', weight: 1}\n  - {measure: latency_p50, pass: '<= 1s', weight: 9}\n"
    gates = make(light + "score: {pass: 90%}\n")
    make.now = NOW + 7 * MINUTE
    going = gates.watch("release", _asked(send.name), NOW, NOW + 10 * MINUTE)
    assert going.objectives[0].is_worse
    assert going.evaluation is None


def test_a_time_that_cannot_be_watched_is_refused(make: Made, send: Running) -> None:
    """A watch is of whole minutes, at least one and at most a day."""
    send([10] * 40, NOW)
    gates = make("  - measure: error_rate\n    pass: '<= 1%'\n")
    for until in (NOW, NOW + 1, NOW + 2 * DAY):
        with pytest.raises(InvalidInput):
            gates.watch("release", _asked(send.name), NOW, until)


def test_a_long_watch_looks_less_often(make: Made, send: Running) -> None:
    """Of eight hours a look is eight minutes, which is over before it is looked at; a minute is waited for."""
    send([10] * 40, NOW, failed=20)
    gates, asked = make("  - measure: error_rate\n    pass: '<= 1%'\n"), _asked(send.name)
    looked = {}
    for after in (4, 8, 9):
        make.now = NOW + after * MINUTE
        looked[after] = gates.watch("release", asked, NOW, NOW + 480 * MINUTE)
    assert [each.minutes for each in looked.values()] == [0, 0, 8]
    assert looked[9].evaluation is not None
    make.now = NOW + MINUTE
    assert gates.watch("release", asked, NOW, NOW + 30 * MINUTE).minutes == 0
