from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from tests.conftest import Store

from assay.core.errors import AssayError, NotFound, Retryable
from assay.core.events import Event, encode
from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.quality import compliance
from assay.quality.compliance import Assessor, Outcome, Progress, Ran, Share
from assay.quality.compliance.exposition import ComplianceMetrics
from assay.quality.compliance.recording import events_of, parse
from assay.quality.documents import parse_document
from assay.receivers.otlp import KINDS

_DAY = 86400 * 10**9
_QUIET = 14_288 * _DAY  # a day in 2009: generated data of other tests lies about 1970
_KEPT = 14_330 * _DAY  # another one, at which assessments are kept
_FRAMEWORK = """
kind: compliance_framework
id: f
title: F
controls:
  - {id: a, title: A, checks: [clocks, logs_traced]}
  - {id: b, title: B, checks: [clocks]}
  - {id: c, title: C}
"""
FRAMEWORK = compliance.parse_framework(parse_document(_FRAMEWORK, Path("f.yaml")))


def outcome(check: str, result: str, *shares: Share) -> Outcome:
    looked_at, found, waived = (sum(getattr(share, name) for share in shares) for name in ("looked_at", "found", "waived"))
    counts = looked_at, found, waived
    return Outcome(check, result, 0, _DAY, *counts, (), shares, "", "SELECT 1", {}, 0.25)  # type: ignore[arg-type] # words


def ran(**outcomes: Outcome) -> Ran:
    return Ran(0, _DAY, outcomes)


@pytest.mark.parametrize(
    ("clocks", "logs", "controls", "score"),
    [
        ("passed", "passed", ["passed", "passed", "not_assessed"], 100),
        ("passed", "failed", ["failed", "passed", "not_assessed"], 50),
        ("passed", "no_data", ["no_data", "passed", "not_assessed"], 50),
        ("passed", "broken", ["broken", "passed", "not_assessed"], 50),
        ("failed", "broken", ["broken", "failed", "not_assessed"], 0),
        ("passed", "waived", ["waived", "passed", "not_assessed"], 100),
        ("waived", "failed", ["failed", "waived", "not_assessed"], 0),
        ("waived", "waived", ["waived", "waived", "not_assessed"], None),
    ],
)
def test_a_control_is_as_bad_as_its_worst_check(clocks: str, logs: str, controls: list[str], score: float | None) -> None:
    """Only what passed counts as a pass; what is waived or no check speaks for is not in the score."""
    outcomes = ran(clocks=outcome("clocks", clocks), logs_traced=outcome("logs_traced", logs))
    made = compliance.assess(FRAMEWORK, outcomes, 0)
    assert [control.result for control in made.controls] == controls
    assert made.score == score
    counted = [each for each in (clocks, logs) if each != "waived"]
    assert made.controls[0].score == (100 * counted.count("passed") / len(counted) if counted else None)
    assert made.controls[2].score is None


def test_a_service_is_judged_by_the_checks_that_looked_at_it() -> None:
    """The score of a service is the share of the checks that looked at something of it and found nothing wrong with it.

    Where all that was found is waived, the check is left out.
    """
    outcomes = ran(
        clocks=outcome("clocks", "failed", Share("", 1, 1), Share("x", 1, 0), Share("y", 4, 1), Share("z", 1, 0, 1)),
        logs_traced=outcome("logs_traced", "passed", Share("x", 1, 0), Share("y", 2, 0), Share("z", 2, 1, 1)),
    )
    made = compliance.assess(FRAMEWORK, outcomes, 0)
    assert [(each.service, each.score, each.passed, each.checks) for each in made.services] == [
        ("x", 100, 2, 2),
        ("y", 50, 1, 2),
        ("z", 0, 0, 1),
    ]


def test_nothing_assessed_has_no_score() -> None:
    """A framework of which no control has checks has no score, neither 0 nor 100."""
    bare = replace(FRAMEWORK, controls=FRAMEWORK.controls[2:])
    assert compliance.assess(bare, ran(), 0).score is None


def test_an_assessment_without_evidence_is_kept_and_read_as_it_was(engine: Engine, store: Store) -> None:
    """What was answered is what is read later, with the SQL of each check; each event carries the hash of its own body."""
    kept: list[Event] = []

    def emit(events: Sequence[Event]) -> None:
        kept.extend(events)
        store(Signal.LOGS, KINDS[Signal.LOGS].request.FromString(encode(events, _KEPT)))

    assessor = Assessor(engine, emit, lambda: _KEPT)
    (made,) = assessor.check(["qms-phase-4"], _QUIET, _QUIET + _DAY)
    assert made.score == 0
    assert {control.result for control in made.controls} == {"no_data", "not_assessed"}
    assert assessor.read(made.id) == made == parse(orjson.loads(orjson.dumps(made)))
    assert all(each.content_hash == compliance.hash_of(each) for each in made.outcomes)
    for event in kept:
        assert event.attributes["qms.compliance.content_hash"] == hashlib.sha256(event.body.encode()).hexdigest()
    told = [event.attributes.get("qms.compliance.control") for event in kept]
    assert told == [*(control.control for control in made.controls if control.checks), None]
    assert "FROM assay_event_records" in orjson.loads(kept[0].body)["outcomes"][0]["sql"]
    points = assessor.history(_KEPT, _KEPT + _DAY, 10, framework="qms-phase-4").points
    assert [(each.assessment, each.score, each.passed, each.of, each.scheduled) for each in points] == [
        (made.id, 0, 0, 21, False)
    ]
    of_control = assessor.history(_KEPT, _KEPT + _DAY, 10, framework="qms-phase-4", control="quality_gates")
    assert (of_control.points[0].score, of_control.formula) == (0, compliance.FORMULAS["control"])
    assert assessor.history(_KEPT, _KEPT + _DAY, 10, control="automated_alerting").points[0].score is None


def test_how_far_an_assessment_is_can_be_asked_of_any_engine(engine: Engine) -> None:
    """While checks run it is told how many of how many are done and which one runs, and nothing once they are over."""
    seen: list[Progress] = []

    def settings(_start: int, _end: int) -> dict[str, str]:
        seen.append(assessor.over(engine).progress)
        return {}

    assessor = Assessor(engine, evidence=lambda _engine: {"settings": settings})
    assessor.look("qms-phase-4", _QUIET, _QUIET + _DAY)
    told = [(each.done, each.check) for each in seen]
    assert told == sorted(told)
    assert len({each.of for each in seen}) == 1
    assert all(0 <= each.done < each.of and each.check in compliance.names() for each in seen)
    assert assessor.progress == Progress(0, 0, "")


def test_what_cannot_be_kept_is_not_answered(engine: Engine) -> None:
    """Without intake an assessment is refused as something to repeat, and one that nobody made is not found."""
    with pytest.raises(Retryable):
        Assessor(engine).check(["qms-phase-4"], _QUIET, _QUIET + _DAY)
    with pytest.raises(NotFound):
        Assessor(engine).read("nobody")


def test_the_metrics_count_checks_and_tell_the_latest_score(engine: Engine, store: Store) -> None:
    """Each control counts once per assessment by whether it passed, with its duration; the score is that of the newest."""
    outcomes = ran(clocks=outcome("clocks", "passed"), logs_traced=outcome("logs_traced", "failed"))
    for number, at in enumerate((_KEPT, _KEPT + 1)):
        made = compliance.assess(replace(FRAMEWORK, id="metrics"), outcomes, at, f"m{number}")
        request = encode(events_of(made, at, scheduled=False), at)
        store(Signal.LOGS, KINDS[Signal.LOGS].request.FromString(request))
    told = {
        (sample.name, sample.labels.get("control"), sample.labels.get("passed"), sample.labels.get("le")): sample.value
        for family in ComplianceMetrics(engine).collect()
        for sample in family.samples
        if sample.labels["framework"] == "metrics"
    }
    assert told["qms_compliance_checks_total", "b", "true", None] == 2
    assert told["qms_compliance_checks_total", "a", "false", None] == 2
    assert told["qms_compliance_check_duration_seconds_bucket", "a", "false", "1.0"] == 2
    assert told["qms_compliance_check_duration_seconds_bucket", "b", "true", "0.05"] == 0
    assert told["qms_compliance_score", None, None, None] == 50


def test_metrics_are_left_out_while_the_store_does_not_answer() -> None:
    """A store that fails takes no other metric with it."""

    class Silent:
        def query(self, *_: object) -> None:
            raise AssayError("store_query_failed", "no answer")

    assert list(ComplianceMetrics(Silent()).collect()) == []  # type: ignore[arg-type] # the real store does not fail at will
