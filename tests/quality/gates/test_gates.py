from __future__ import annotations

import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.conftest import Store
from tests.otlp_requests import logs, record
from tests.quality.gates.world import World

from assay.core.errors import Retryable
from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.quality import Delivery
from assay.quality.documents import Documents
from assay.quality.gates import Asked, Gates, Measurer
from assay.query.metrics import read_value

ERRORS: dict[str, Any] = {"measure": "error_rate", "pass": "<= 1%"}
SLOWER: dict[str, Any] = {"name": "slower", "measure": "latency_p50", "pass": "<= +10% of baseline"}
FIRST: dict[str, Any] = {**SLOWER, "undecided": {"missing_baseline": "ignore"}}
"""The first evaluation has nothing to compare with; this lets it pass by what else the gate demands."""


def test_an_evaluation_is_kept_whole_before_it_is_answered(world: World) -> None:
    """What was answered can be read again at once, with the statements behind it, and is the newest in the history."""
    world.requests(50, 1, version="2.0", environment="staging")
    gate = world.gate(ERRORS, stage="pre_production")
    told = world.check(gate, version="2.0", environment="staging", links={"deployment.id": "d1", "user.id": "ann"})
    assert (told["result"], told["stage"], told["version"], told["environment"]) == (
        "failed",
        "pre_production",
        "2.0",
        "staging",
    )
    assert told["links"] == {"deployment.id": "d1", "user.id": "ann"}
    assert [each["resolved"] for each in told["objectives"]] == [None]
    kept = world.get(f"gate-evaluations/{told['id']}")
    (resolved,) = [each.pop("resolved") for each in kept["objectives"]]
    assert "assay_service_metrics_within" in resolved["sql"]
    assert resolved["parameters"]["service"] == world.service
    told["objectives"][0].pop("resolved")
    assert kept == told
    (summary,) = world.get("gate-evaluations", service=world.service)["evaluations"]
    assert summary == {key: told[key] for key in summary}


def test_each_objective_is_an_event_of_its_own(world: World, engine: Engine) -> None:
    """Beside the event of the evaluation is one for each criterion, as the guidelines have it, in the evaluation's span."""
    world.requests(98, 2, ms=100)
    gate = world.gate(ERRORS, {"measure": "throughput"}, type="canary")
    told = world.check(gate)
    rows = engine.query(
        "SELECT EventId, toString(Status), TraceId, Attributes FROM assay_events WHERE"
        " Attributes['qms.quality_gate.evaluation_id'] = {id:String} ORDER BY EventId",
        {"id": told["id"]},
    ).rows
    assert [row[0] for row in rows] == [f"quality_gate/{told['id']}{end}" for end in ("", "/error_rate", "/throughput")]
    assert {row[1] for row in rows} == {"failed"}
    assert {row[2] for row in rows} == {told["trace_id"]}
    whole, errors, shown = (row[3] for row in rows)
    assert (whole["qms.quality_gate.name"], whole["qms.gate.type"]) == (gate, "canary")
    assert (whole["qms.quality_gate.score"], whole["qms.quality_gate.document"]) == ("0", told["document"])
    assert "qms.criteria" not in whole
    assert float(whole["qms.quality_gate.duration_seconds"]) == told["duration_seconds"]
    assert {key: value for key, value in errors.items() if key.startswith("qms.criteria")} == {
        "qms.criteria": "error_rate",
        "qms.criteria.result": "failed",
        "qms.criteria.outcome": "failed",
        "qms.criteria.measure": "error_rate",
        "qms.criteria.target": "<= 1%",
        "qms.criteria.value": "0.02",
        "qms.criteria.reason": "2% <= 1% does not hold",
    }
    assert shown["qms.criteria.result"] == "info"


def test_each_evaluation_is_a_span(world: World) -> None:
    """It has the name of the guidelines, and is of an operation that is never sampled out."""
    world.requests(100)
    told = world.check(world.gate(ERRORS))
    (span,) = world.get(f"traces/{told['trace_id']}")["spans"]
    assert (span["name"], span["service"]) == ("qms.quality_gate.evaluate", "assay")
    attributes = {key: each["value"] for key, each in span["attributes"].items()}
    assert attributes["qms.operation"] == "quality_gate"
    assert attributes["qms.quality_gate.evaluation_id"] == told["id"]
    assert attributes["qms.quality_gate.result"] == "passed"


def test_a_gate_compares_with_what_passed_before(world: World) -> None:
    """The baseline is the median of the last evaluations that passed: what failed does not become what is good enough."""
    gate = world.gate(ERRORS, FIRST, baseline={"evaluations": 2})
    world.requests(20, ms=100, minutes_ago=100)
    first = world.check(gate, window="10m", end="95m")
    assert (first["result"], first["objectives"][1]["outcome"]) == ("passed", "missing_baseline")
    world.requests(20, ms=300, minutes_ago=80)
    slow = world.check(gate, window="10m", end="75m")
    assert (slow["result"], slow["objectives"][1]["baseline_shown"]) == ("failed", first["objectives"][1]["shown"])
    world.requests(20, ms=104, minutes_ago=60)
    good = world.check(gate, window="10m", end="55m")
    assert (good["result"], good["objectives"][1]["baseline_evaluations"]) == ("passed", 1)
    world.requests(20, ms=104, minutes_ago=40)
    last = world.check(gate, window="10m", end="35m")
    assert last["objectives"][1]["baseline_evaluations"] == 2
    assert last["objectives"][1]["baseline"] == pytest.approx(0.102, rel=0.02)
    errors, slower = world.get(f"gate-evaluations/{good['id']}/earlier")["objectives"]
    assert [len(errors["values"]), slower["name"]] == [3, "slower"]
    assert [(each["evaluation"], each["is_good"]) for each in slower["values"]] == [
        (good["id"], True),
        (slow["id"], False),
        (first["id"], True),
    ]
    assert slower["values"][1]["value"] == slow["objectives"][1]["value"]


def test_what_is_told_of_gates_is_explained(world: World) -> None:
    """The statements behind the history and behind the earlier values of an evaluation are told."""
    gate = world.gate(ERRORS)
    world.requests(20)
    evaluation = world.check(gate)["id"]
    for question in (f"/api/v1/gate-evaluations?gate={gate}", f"/api/v1/gate-evaluations/{evaluation}/earlier"):
        statements = world.get("explain", question=question)["statements"]
        assert statements[-1]["rows"] == 1


@pytest.mark.parametrize("change", ["environment", "measure", "withdrawn", "gate"])
def test_what_cannot_be_compared_is_no_baseline(world: World, store: Store, change: str) -> None:
    """Another environment, gate or measure, and an evaluation that was withdrawn, are not what passed before."""
    world.requests(20, environment="staging")
    world.requests(20, environment="production")
    gate = world.gate(ERRORS, FIRST)
    first = world.check(gate, environment="staging")
    assert first["result"] == "passed"
    assert world.check(gate, environment="staging")["objectives"][1]["baseline_evaluations"] == 1
    asked = {"environment": "staging"}
    if change == "environment":
        asked = {"environment": "production"}
    elif change == "measure":
        world.gate(ERRORS, {**FIRST, "operation": "POST /orders"}, name=gate)
    elif change == "gate":
        gate = world.gate(ERRORS, FIRST)
    else:
        for told in world.get("gate-evaluations", gate=gate)["evaluations"]:
            _withdraw(store, told["id"], gate)
    assert world.check(gate, **asked)["objectives"][1]["outcome"] == "missing_baseline"


def _withdraw(store: Store, id_: str, gate: str) -> None:
    values = {
        "qms.event.id": f"quality_gate/{id_}",
        "qms.event.revision": 2,
        "qms.event.retracted": True,
        "qms.quality_gate.evaluation_id": id_,
        "qms.quality_gate.name": gate,
        "qms.quality_gate.result": "passed",
    }
    store(Signal.LOGS, logs("x", [record(time.time_ns(), None, values, event_name="qms.quality_gate.evaluated")]))


def test_stages_have_objectives_of_their_own(world: World) -> None:
    """An objective counts at its stages, or at all if it names none; a stage without any is no gate."""
    world.requests(50, 5)
    gate = world.gate({**ERRORS, "stages": ["production"]}, {**ERRORS, "name": "loose", "pass": "<= 20%", "stages": ["canary"]})
    assert world.check(gate, stage="canary")["result"] == "passed"
    assert world.check(gate, stage="production")["result"] == "failed"
    refused = world.ask(gate, stage="nowhere")
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "gate_empty")


@pytest.mark.parametrize(
    ("objective", "asked", "code", "words"),
    [
        ({}, {"service": "SERVICE-of-nobody"}, "service_unknown", "Nothing was ever heard of the service 'SERVICE-of-nobody'"),
        ({"service": "nobody"}, {}, "service_unknown", ".yaml:8: objectives[0].service: nothing was ever heard"),
        ({}, {"window": "90s"}, "window_invalid", "whole minutes"),
        ({}, {"end": "yesterday"}, "time_invalid", "yesterday"),
        ({}, {"windw": "15m"}, "invalid_parameter", "windw"),
        ({}, {"links": {"a": 1}}, "invalid_parameter", "links"),
        ({}, {"links": {"deploymentid": "1"}}, "link_unknown", "links.deploymentid: unknown key"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    world: World, objective: dict[str, Any], asked: dict[str, Any], code: str, words: str
) -> None:
    """Whoever asked is told what was wrong, and where if it is in the document; nothing is evaluated."""
    world.requests(50)
    refused = world.ask(world.gate({**ERRORS, **objective}), **asked)
    assert refused.status_code == 400
    error = refused.json()["error"]
    assert error["code"] == code
    assert words in error["message"]
    assert world.get("gate-evaluations", service=world.service)["evaluations"] == []


def test_a_gate_needs_a_service(world: World) -> None:
    """It is named in the document or by whoever asks."""
    gate = world.gate(ERRORS, service=None)
    refused = world.ask(gate)
    assert refused.json()["error"]["code"] == "service_missing"
    assert "--service" in refused.json()["error"]["hint"]
    world.requests(50)
    assert world.check(gate, service=world.service)["result"] == "passed"


def test_a_name_that_is_wrong_is_told_the_right_one(world: World) -> None:
    """A gate that is not there never passes: the answer is an error."""
    gate = world.gate(ERRORS)
    refused = world.ask(f"{gate}x")
    assert refused.status_code == 404
    assert refused.json()["error"]["hint"] == f"did you mean {gate}?"


def test_a_file_that_is_wrong_is_shown_beside_the_good_ones(world: World, gates_directory: Path) -> None:
    """What can be used is listed with what it said last, the rest with file, line, key and hint; asking for it says those."""
    world.requests(50)
    good, bad = world.gate(ERRORS), world.gate({**ERRORS, "weigth": 2})
    world.check(good)
    answer = world.get("gates")
    (listed,) = [each for each in answer["gates"] if each["name"] == good]
    assert listed["last"]["result"] == "passed"
    assert listed == world.get(f"gates/{good}")
    (problem,) = [each for each in answer["problems"] if bad in each["file"]]
    assert (problem["line"], problem["hint"]) == (8, "did you mean weight?")
    refused = world.ask(bad)
    (gates_directory / f"{bad}.yaml").unlink()
    assert refused.status_code == 404
    assert f"{bad}.yaml:8: objectives[0].weigth: unknown key" in refused.json()["error"]["message"]


def test_two_gates_of_one_name_are_none(world: World, gates_directory: Path) -> None:
    """Which of them decides would be chance."""
    gate = world.gate(ERRORS)
    copy = gates_directory / "copy.yaml"
    copy.write_text((gates_directory / f"{gate}.yaml").read_text("utf-8"), "utf-8")
    refused = world.ask(gate)
    copy.unlink()
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "gate_ambiguous")


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        ("service: SERVICE\nobjectives:\n- {measure: error_rate, pass: '<= 1%'}\n", 0, ""),
        ("service: SERVIC\nobjectives:\n- {measure: error_rate, pass: '<= 1%'}\n", 3, "did you mean SERVICE?"),
        ("objectives:\n- {measure: error_rate, pass: '<= 1'}\n", 4, "'<= 1%'"),
        ("objectives:\n- sql: SELECT nothing\n  pass: '= 0'\n", 4, "nothing"),
    ],
)
def test_a_document_can_be_shown_to_the_server(world: World, body: str, line: int, words: str) -> None:
    """The server knows which services there are, and says where the document is wrong."""
    world.requests(1)
    text = f"kind: gate\nname: a\n{body.replace('SERVICE', world.service).replace('SERVIC', world.service[:-1])}"
    problems = world.client.post("/api/v1/gate-validations", json={"text": text, "file": "g.yaml"}).json()["problems"]
    told = [(each["file"], each["line"], words.replace("SERVICE", world.service) in str(each)) for each in problems]
    assert told == ([("g.yaml", line, True)] if line else [])


def test_the_history_is_filtered(world: World) -> None:
    """By gate, service, environment and result, the newest first."""
    world.requests(50, 1, environment="production")
    world.requests(50, environment="staging")
    gate = world.gate(ERRORS)
    ids = [world.check(gate, environment=each)["id"] for each in ("production", "staging", "staging")]
    asked = {"production": {"result": "failed"}, "staging": {"environment": "staging"}, "all": {"gate": gate}}
    found = {
        name: [each["id"] for each in world.get("gate-evaluations", service=world.service, **filters)["evaluations"]]
        for name, filters in asked.items()
    }
    assert found == {"production": ids[:1], "staging": ids[:0:-1], "all": ids[::-1]}
    newest = world.get("gate-evaluations", gate=gate, limit=1)["evaluations"]
    assert [each["id"] for each in newest] == ids[2:]
    assert world.client.get("/api/v1/gate-evaluations/none").status_code == 404


class Refusing:
    """A recorder that keeps nothing, or only no spans; intake is never down on purpose in a test that shares it."""

    def __init__(self, *, only_spans: bool) -> None:
        self.only_spans = only_spans

    def emit(self, events: Any) -> None:
        if not self.only_spans:
            raise Retryable("intake_unavailable", "Intake does not answer", "")

    def emit_spans(self, request: bytes) -> None:
        raise Retryable("intake_unavailable", "Intake does not answer", "")


def _refusing(engine: Engine, directory: Path, *, only_spans: bool) -> Gates:
    measurer = Measurer(engine, lambda *given, **more: read_value(engine, *given, **more), Delivery(engine))
    return Gates(engine, Documents(directory), measurer, Refusing(only_spans=only_spans))


def test_what_cannot_be_kept_is_not_answered(world: World, engine: Engine, gates_directory: Path) -> None:
    """A pass without evidence is none. A span is no evidence, and its loss changes nothing."""
    world.requests(50)
    gate = world.gate(ERRORS)
    with pytest.raises(Retryable):
        _refusing(engine, gates_directory, only_spans=False).check(gate, Asked())
    assert _refusing(engine, gates_directory, only_spans=True).check(gate, Asked()).result == "passed"


def test_a_server_without_gates_says_so(server: str) -> None:
    """An API over a store that nothing is written to evaluates none."""
    answer = httpx.post(f"{server}/api/v1/gates/{uuid4()}/evaluations", json={})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "gates_unavailable")
