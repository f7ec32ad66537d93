"""Measure scrubbing: what it finds in the labelled set, and what it costs.

Run it with `python -m tests.benchmarks.bench_scrub`. Times are CPU times of the whole process, the least of several runs that
take turns. The cost of a clean span is given as a part of what decoding a span costs in the same run.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.bench_decode import cpu_seconds, records
from tests.policies import labelled
from tests.policies.judging import Score, Verdict, judge

from assay.core import config
from assay.core.signals import Signal
from assay.policies.scrub import Scrubber
from assay.policies.scrub_rules import defaults, literal
from assay.store import EmbeddedEngine, migrate

JOINED = r"arrayStringConcat(texts, '\n')"
SPANS, VALUES = 20_000, 10


def clean(chance: random.Random) -> list[str]:
    """Make the values of a span in which nothing is to be scrubbed."""
    return [
        "GET",
        f"/api/orders/{chance.randrange(10**6)}",
        f"http://shop.internal:8080/api/orders/{chance.randrange(10**6)}?page=2",
        "200",
        "10.0.3.17",
        "HTTP/1.1",
        "SELECT id, total FROM orders WHERE id = ? AND customer = ?",
        labelled.HARMLESS["uuid"](chance),
        "checkout",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
    ]


def dirty(chance: random.Random) -> list[str]:
    """Make the values of a span of which two are to be scrubbed."""
    values = clean(chance)
    values[2] += f"&email={labelled.SECRETS['email_encoded'](chance)}"
    values[4] = labelled.SECRETS["ipv4"](chance)
    return values


def fill(engine: EmbeddedEngine, table: str, make: Callable[[random.Random], list[str]]) -> None:
    """Make a table of spans, in which `texts` are the values."""
    chance = random.Random(1)
    engine.execute(f"CREATE TABLE {table} (texts Array(String)) ENGINE = Memory")
    for _ in range(SPANS // 1000):
        rows = ", ".join("([" + ", ".join(map(literal, make(chance))) + "])" for _ in range(1000))
        engine.execute(f"INSERT INTO {table} VALUES {rows}")


def cpu(engine: EmbeddedEngine, sql: str) -> float:
    before = resource.getrusage(resource.RUSAGE_SELF)
    engine.query(sql)
    after = resource.getrusage(resource.RUSAGE_SELF)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def costs(engine: EmbeddedEngine, scrubber: Scrubber, runs: int) -> None:
    """Print the cost of the guard for a clean span, of both levels for a dirty one, and of planning."""
    fill(engine, "clean", clean)
    fill(engine, "dirty", dirty)
    segment = records(Signal.TRACES, SPANS)
    value = scrubber.value("'message'", "text")
    scrubbed = f"arrayMap(text -> {value}, texts)"
    questions = {
        "joined": f"SELECT sum(length({JOINED})) FROM clean",
        "guard": f"SELECT sum({scrubber.guard(JOINED)}) FROM clean",
        "dirty": f"SELECT sum(length(arrayStringConcat(if({scrubber.guard(JOINED)}, {scrubbed}, texts)))) FROM dirty",
        "values": f"SELECT sum(length({scrubbed}[1])) FROM clean",
        "unplanned": "EXPLAIN SELECT arrayMap(text -> text, materialize(['x']))",
        "planned": f"EXPLAIN SELECT arrayMap(text -> {value}, materialize(['x']))",
    }
    least = dict.fromkeys([*questions, "decode"], float("inf"))
    for _ in range(runs):
        for name, sql in questions.items():
            least[name] = min(least[name], cpu(engine, sql))
        least["decode"] = min(least["decode"], cpu_seconds(engine, Signal.TRACES, segment))
    hit = engine.query(questions["guard"]).rows[0][0]
    guard, decode = least["guard"] - least["joined"], least["decode"]
    part = f"{guard / decode:.1%} of decoding one ({decode / SPANS * 1e6:.2f} µs)"
    print(f"clean span  {guard / SPANS * 1e6:6.2f} µs  {part}; the guard hits {hit} of {SPANS}")
    print(f"clean value {least['values'] / SPANS / VALUES * 1e6:6.2f} µs  on the slow path, beside one that made the guard hit")
    print(f"dirty span  {least['dirty'] / SPANS * 1e6:6.2f} µs  with two of ten values to scrub")
    print(f"planning    {(least['planned'] - least['unplanned']) * 1e3:6.1f} ms  for one use in a statement")


def report(title: str, verdicts: list[Verdict]) -> None:
    score = Score.of(verdicts)
    print(f"{title:18} {score.positives:5} {score.recall:8.2%} {score.precision:10.2%} {score.harmed:7}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--show", action="store_true", help="print what was missed or harmed in the half that is not held out")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        engine = EmbeddedEngine(Path(directory) / "store", config.Store(), config.Sql())
        migrate(engine)
        scrubber = Scrubber(defaults(), "'a key for the benchmark'")
        verdicts = judge(engine, scrubber, [*labelled.items("positive"), *labelled.items("negative")])
        without = sum(not each.item.secrets for each in verdicts)
        print(f"{'':18} {'items':>5} {'recall':>8} {'precision':>10} {'harmed':>7}   (and {without} without secrets)")
        report("all", verdicts)
        report("tuned on", [each for each in verdicts if not each.item.held_out])
        report("held out", [each for each in verdicts if each.item.held_out])
        report("fresh", judge(engine, scrubber, [*labelled.items("fresh_positive"), *labelled.items("fresh_negative")]))
        for name in ("blind_1", "blind_2", "blind_3"):
            report(name, judge(engine, scrubber, labelled.items(name, variations=1)))
        for section in dict.fromkeys(each.item.section for each in verdicts if each.item.secrets):
            report(f"  {section}", [each for each in verdicts if each.item.section == section])
        for each in verdicts:
            if arguments.show and not each.item.held_out and (each.harmed or not each.recalled):
                print(repr(each.item.text), "->", repr(each.scrubbed))
        costs(engine, scrubber, arguments.runs)
        engine.close()


if __name__ == "__main__":
    main()
