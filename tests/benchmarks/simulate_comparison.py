"""Publish how often a comparison cries wolf and how often it sees a regression, beside the judge of Kayenta.

Run it with `python -m tests.benchmarks.simulate_comparison`; it takes some minutes, and its numbers are drawn from fixed seeds.
Kayenta's judge is rebuilt from its documented rule: the 98 % interval of the shift by Mann and Whitney's test must lie above a
quarter of the estimate, and the mean must have grown. How often that cries wolf is the significance with which Assay's rank
test is put beside it. The limit: with no more false alarms, at n = 30 and +50 %, see more than it does.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from assay.quality.comparison import Durations, Rules, Sample, Sequential, Share, compare
from assay.quality.comparison.compare import durations_p_value

_SEED = 20261125
_Z98 = 2.3263478740408408
_TIMES = (1.0, 1.2, 1.5, 2.0)
_CHUNK = 4_000_000
_FEWER = 20_000

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Traffic:
    """A kind of durations in milliseconds; `step` is to what they are rounded up."""

    name: str
    draw: Callable[[np.random.Generator, tuple[int, int]], Values]
    step: float = 0.0

    def sides(self, random: np.random.Generator, shape: tuple[int, int], times: float) -> tuple[Values, Values]:
        """Draw both sides of as many comparisons as the shape has rows."""
        sides = times * self.draw(random, shape), self.draw(random, shape)
        return (
            sides if not self.step else (np.ceil(sides[0] / self.step) * self.step, np.ceil(sides[1] / self.step) * self.step)
        )


def bursts(random: np.random.Generator, shape: tuple[int, int]) -> Values:
    """Draw durations of which ten in a row are long or short together, as on a host that is busy for a while."""
    common = np.repeat(random.lognormal(0, 0.25, (shape[0], ceil(shape[1] / 10))), 10, axis=1)[:, : shape[1]]
    return 100 * random.lognormal(0, 0.5, shape) * common


USUAL = Traffic("log-normal, sigma 0.5", lambda random, shape: 100 * random.lognormal(0, 0.5, shape))
OTHERS = (
    Traffic("log-normal, sigma 1.5", lambda random, shape: 100 * random.lognormal(0, 1.5, shape)),
    Traffic("Pareto, 1.5", lambda random, shape: 100 * (1 + random.pareto(1.5, shape))),
    Traffic(
        "two modes, 80 and 800",
        lambda random, shape: random.lognormal(0, 0.2, shape) * random.choice([80, 800], shape, p=[0.8, 0.2]),
    ),
    Traffic("whole 50 ms", USUAL.draw, 50),
    Traffic("ten in a row alike", bursts),
)


def kayenta(candidate: Values, baseline: Values) -> NDArray[np.bool_]:
    """Return of each row whether the rule of Kayenta's judge calls the candidate high."""
    (rows, first), second = candidate.shape, baseline.shape[1]
    lows, estimates = np.empty(rows), np.empty(rows)
    ranks = first * second / 2 - _Z98 * _deviations(candidate, baseline) - 0.5
    middle = first * second // 2
    for start in range(0, rows, size := max(1, _CHUNK // (first * second))):
        rank = np.clip(ranks[start : start + size].astype(int), 0, None)
        differences = (candidate[start : start + size, :, None] - baseline[start : start + size, None, :]).reshape(
            len(rank), -1
        )
        differences.partition([*np.unique(rank), middle - 1, middle], axis=1)
        lows[start : start + size] = differences[np.arange(len(rank)), rank]
        estimates[start : start + size] = differences[:, middle - 1 : middle + 1].mean(axis=1)
    lows[ranks < 0] = -np.inf
    grown = candidate.mean(axis=1) >= baseline.mean(axis=1)
    return np.asarray((lows > 0.25 * np.abs(estimates)) & grown & (ranks < middle - 0.5))


def _deviations(candidate: Values, baseline: Values) -> Values:
    first, second = candidate.shape[1], baseline.shape[1]
    both = first + second
    ties = np.zeros(len(candidate))
    together = np.sort(np.concatenate([candidate, baseline], axis=1), axis=1)
    for row in np.flatnonzero((np.diff(together, axis=1) == 0).any(axis=1)):
        counts = np.unique(together[row], return_counts=True)[1]
        ties[row] = (counts**3 - counts).sum()
    return np.asarray(np.sqrt(first * second / 12 * (both + 1 - ties / (both * (both - 1)))))


def p_values(candidate: Values, baseline: Values, percentile: float = 0.0) -> Values:
    """Return the p-value of each row."""
    sides = zip(candidate.tolist(), baseline.tolist(), strict=True)
    return np.array([durations_p_value(Durations.of(one), Durations.of(other), 0.0, percentile) for one, other in sides])


@dataclass(frozen=True)
class Found:
    """What each way to judge makes of draws: whether it calls them worse, one by one."""

    kayenta: NDArray[np.bool_]
    at_its_rate: NDArray[np.bool_]
    ranks: NDArray[np.bool_]
    tails: NDArray[np.bool_]

    @property
    def shares(self) -> list[float]:
        """The share of the draws that each calls worse."""
        return [float(each.mean()) for each in (self.kayenta, self.at_its_rate, self.ranks, self.tails)]

    @property
    def gain(self) -> tuple[float, float]:
        """By how much Assay at Kayenta's rate calls more worse, with its standard error."""
        differences = self.at_its_rate.astype(float) - self.kayenta
        return float(differences.mean()), float(differences.std() / sqrt(len(differences)))


def simulate(traffic: Traffic, n: int, draws: tuple[int, int]) -> dict[float, Found]:
    """Return what is found by how many times the candidate is slower, of so many draws without a change and with each."""
    random = np.random.default_rng([_SEED, n, len(traffic.name)])
    found: dict[float, Found] = {}
    limit = 0.0
    for times in _TIMES:
        candidate, baseline = traffic.sides(random, (draws[times != 1], n), times)
        highs = kayenta(candidate, baseline)
        ranks = p_values(candidate, baseline)
        tails = p_values(candidate[:_FEWER], baseline[:_FEWER], 0.95)
        if times == 1:
            # With this, Assay cries wolf in no more of these draws than Kayenta does.
            limit = float(np.sort(ranks)[int(highs.sum())])
        found[times] = Found(highs, ranks < limit, ranks < 0.01, tails < 0.01)
    return found


def simulate_durations(console: Console, trials: int) -> bool:
    """Print false alarms and power of single comparisons, and say whether the limit is kept."""
    table = Table("durations", "n", "worse by", "Kayenta", "Assay at Kayenta's rate", "Assay, 0.01", "Assay p95, 0.01")
    many = {10: (200, 20), 30: (200, 20), 60: (40, 10), 200: (10, 2)}
    kept = False
    for traffic, n in [*((USUAL, n) for n in many), *((other, 30) for other in OTHERS)]:
        draws = many[n] if traffic is USUAL else (4, 1) if traffic.step else (40, 10)
        found = simulate(traffic, n, (trials * draws[0], trials * draws[1]))
        for times, each in found.items():
            digits = 2 if times == 1 else 1
            by = "nothing" if times == 1 else f"+{100 * (times - 1):.0f} %"
            table.add_row(traffic.name, str(n), by, *(f"{100 * share:.{digits}f} %" for share in each.shares))
        if traffic is USUAL and n == 30:
            gain, error = found[1.5].gain
            console.print(
                f"n = 30, +50 %: {100 * gain:.1f} points more than Kayenta at its rate, standard error {100 * error:.1f}"
            )
            kept = gain > 3 * error
    console.print(table)
    return kept


def simulate_tails(console: Console, trials: int) -> None:
    """Print how often it is seen that only a few requests became slow."""
    table = Table("one in twenty ten times as slow, n", "Kayenta", "Assay, 0.01", "Assay p95, 0.01")
    for n in (100, 300, 1000):
        random = np.random.default_rng([_SEED, n])
        shape = (max(50, trials * 30 // n), n)
        slow = random.choice([1, 10], shape, p=[0.95, 0.05])
        candidate, baseline = USUAL.draw(random, shape) * slow, USUAL.draw(random, shape)
        called = (kayenta(candidate, baseline), *(p_values(candidate, baseline, level) < 0.01 for level in (0.0, 0.95)))
        table.add_row(str(n), *(f"{100 * each.mean():.0f} %" for each in called))
    console.print(table)


def simulate_counts(console: Console, trials: int) -> None:
    """Print false alarms and power of comparisons of errors."""
    table = Table("errors, requests per side", "baseline", "no change", "twice", "five times", "ten times")
    for of, share in ((50, 0.02), (200, 0.0), (200, 0.01), (1000, 0.01), (1000, 0.05), (10_000, 0.001)):
        random = np.random.default_rng([_SEED, of])
        row = []
        for times in (1, 2, 5, 10):
            worse = 0.01 * (times - 1) if share == 0 else share * times
            found = [
                compare(Share(int(random.binomial(of, worse)), of), Share(int(random.binomial(of, share)), of)).outcome
                for _ in range(trials)
            ]
            row.append(f"{100 * found.count('worse') / trials:.{2 if times == 1 else 0}f} %")
        table.add_row(str(of), f"{100 * share:g} %", *row)
    console.print(table)
    console.print("a baseline without errors: the candidate fails with 1 %, 4 % and 9 % instead")


def simulate_watch(console: Console, trials: int) -> None:
    """Print what looking every minute for an hour comes to."""
    table = Table(
        "watch, 60 looks", "new per look and side", "stopped", "median looks until then", "the plain test, each time anew"
    )
    for times, size, percentile in (
        (1.0, 20, 0.0), (1.0, 20, 0.95), (1.2, 20, 0.0), (1.5, 20, 0.0), (1.5, 20, 0.95), (2.0, 20, 0.0), (1.5, 5, 0.0),
    ):  # fmt: skip
        side = Durable(times, size, np.random.default_rng([_SEED, size, int(10 * times)]))
        name = f"{'p95' if percentile else 'durations'}, {'no change' if times == 1 else f'+{100 * (times - 1):.0f} %'}"
        watched = watch(trials, lambda: Sequential(percentile=percentile), side, naive=times == 1 and not percentile)  # noqa: B023 - called within this turn
        add_watch(table, (name, size), watched)
    for share in (0.01, 0.02, 0.05, 0.2):
        failing = Failing(share, 100, np.random.default_rng([_SEED, int(100 * share)]))
        name = "errors 1 %, no change" if share == 0.01 else f"errors 1 % to {100 * share:g} %"
        add_watch(table, (name, 100), watch(trials, Sequential, failing, naive=share == 0.01))
    console.print(table)


@dataclass(frozen=True)
class Durable:
    """Batches of log-normal durations of a release that is so many times as slow."""

    times: float
    size: int
    random: np.random.Generator

    def worse(self) -> Durations:
        """Draw a batch of the release."""
        return Durations.of((self.times * 100 * self.random.lognormal(0, 0.5, self.size)).tolist())

    def usual(self) -> Durations:
        """Draw a batch of the baseline."""
        return Durations.of((100 * self.random.lognormal(0, 0.5, self.size)).tolist())


@dataclass(frozen=True)
class Failing:
    """Batches of requests of a release that fails with the given share."""

    share: float
    size: int
    random: np.random.Generator

    def worse(self) -> Share:
        """Draw a batch of the release."""
        return Share(int(self.random.binomial(self.size, self.share)), self.size)

    def usual(self) -> Share:
        """Draw a batch of the baseline."""
        return Share(int(self.random.binomial(self.size, 0.01)), self.size)


@dataclass(frozen=True)
class Watch:
    """After how many looks watches stopped, of how many; and how many the plain test would have stopped, if that was asked."""

    stops: list[int]
    trials: int
    naive: int | None


def watch(trials: int, begin: Callable[[], Sequential], side: Durable | Failing, *, naive: bool) -> Watch:
    """Watch again and again, each time for 60 looks."""
    stops: list[int] = []
    plain = 0
    for _ in range(trials):
        batches = [(side.worse(), side.usual()) for _ in range(60)]
        sequential = begin()
        stopped = next((look for look, batch in enumerate(batches, 1) if sequential.look(*batch).is_worse), 0)
        stops += [stopped] if stopped else []
        plain += naive and is_stopped_by_plain_test(batches)
    return Watch(stops, trials, plain if naive else None)


def is_stopped_by_plain_test(batches: Sequence[tuple[Sample, Sample]]) -> bool:
    """Return whether a test of all that came so far, at 0.01 each time, ever calls the candidate worse."""
    one, other = batches[0]
    for first, second in batches[1:]:
        one, other = together(one, first), together(other, second)
        if isinstance(one, Durations) and isinstance(other, Durations):
            if durations_p_value(one, other, 0.0, 0.0) < 0.01:
                return True
        elif compare(one, other, rules=Rules(least=1)).outcome == "worse":
            return True
    return False


def together(one: Sample, other: Sample) -> Sample:
    """Return what both have seen."""
    if isinstance(one, Share) and isinstance(other, Share):
        return Share(one.hits + other.hits, one.of + other.of)
    assert isinstance(one, Durations)
    assert isinstance(other, Durations)
    return Durations({**one.counts, **other.counts})


def add_watch(table: Table, named: tuple[str, int], watched: Watch) -> None:
    """Add a line for watches that ended."""
    middle = f"{np.median(watched.stops):.0f}" if watched.stops else "-"
    naive = "" if watched.naive is None else f"{100 * watched.naive / watched.trials:.1f} %"
    table.add_row(named[0], str(named[1]), f"{100 * len(watched.stops) / watched.trials:.1f} %", middle, naive)


def main() -> int:
    """Simulate all; fail if Kayenta sees as much."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=1000, help="draws per figure")
    trials = parser.parse_args().trials
    console = Console(width=150)
    kept = simulate_durations(console, trials)
    simulate_tails(console, trials)
    simulate_counts(console, trials)
    simulate_watch(console, max(20, trials // 2))
    console.print(f"at n = 30 and +50 % more is seen than by Kayenta with no more false alarms: {'yes' if kept else 'NO'}")
    return 0 if kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
