from __future__ import annotations

from typing import Any

import pytest

from assay.core.ports import Engine
from assay.policies.sampling import compile_sampling, read
from assay.policies.sampling.compiled import Moment

TRACES = 4000
PERCENTAGES = (0.1, 1, 5, 10, 25, 50, 99.9)
SENT = {
    "as they are": ("lower(hex(sipHash128(number)))", "''", "1."),
    "with randomness of their own": (
        "lower(hex(toUInt128(number)))", "concat('ot=rv:', right(lower(hex(sipHash64(number))), 14))", "1.",
    ),
    # The sender keeps what has the two highest bits set, so four times as many stand behind each.
    "sampled before": (
        "concat(substring(lower(hex(sipHash128(number))), 1, 18), lower(hex(bitOr(sipHash64(number) % 64, 192)::UInt8)), "
        "substring(lower(hex(sipHash128(number))), 21))", "'ot=th:c'", "4.",
    ),
}  # fmt: skip


def _kept(engine: Engine, given: tuple[str, str, str], options: dict[str, Any]) -> tuple[set[str], float]:
    """Return the traces that a probabilistic policy keeps, and how many they stand for with what a sender has sampled."""
    trace_id, trace_state, adjusted = given
    compiled = compile_sampling(read({"policies": [{"name": "some", "type": "probabilistic", "probabilistic": options}]}))
    replaced = f"{trace_id} AS TraceId, {trace_state} AS TraceState, {adjusted} AS AdjustedCount"
    empty = "SELECT *, 1 AS one FROM otel_traces_recent LIMIT 0"
    source = (
        f"FROM (SELECT * REPLACE ({replaced}) FROM (SELECT number, 1 AS one FROM numbers({TRACES})) AS n "
        f"LEFT JOIN ({empty}) AS t USING one)"
    )
    decided = compiled.decide(compiled.traces(compiled.spans(source)), Moment(0, 1))
    rows = engine.query(f"SELECT TraceId, Adjusted * HeadCount FROM ({decided}) WHERE Kept").rows
    return {row[0] for row in rows}, sum(row[1] for row in rows)


@pytest.mark.parametrize("sent", SENT)
@pytest.mark.parametrize("salt", ["", "a salt"])
def test_what_is_kept_at_a_rate_is_kept_at_every_higher_one(engine: Engine, sent: str, salt: str) -> None:
    """The traces kept at p % are among those kept at any q > p; each set has about the right size and stands for all."""
    smaller: set[str] = set()
    stands_for = 4 if sent == "sampled before" else 1
    for percentage in PERCENTAGES:
        kept, adjusted = _kept(engine, SENT[sent], {"sampling_percentage": percentage, "hash_salt": salt})
        assert smaller <= kept
        share = percentage / 100
        deviation = (TRACES * share * (1 - share)) ** 0.5
        assert abs(len(kept) - TRACES * share) < 5 * deviation + 1
        assert abs(adjusted - TRACES * stands_for) < (5 * deviation + 1) / share * stands_for
        smaller = kept


def test_salts_are_independent(engine: Engine) -> None:
    """What two salts keep at 50 % has about half in common, and so has one with what the trace id keeps."""
    sets = [_kept(engine, SENT["as they are"], {"sampling_percentage": 50, "hash_salt": salt})[0] for salt in ("", "a", "b")]
    for one, other in ((0, 1), (1, 2)):
        assert 0.4 < len(sets[one] & sets[other]) / len(sets[one]) < 0.6
