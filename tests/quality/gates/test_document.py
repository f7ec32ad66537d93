from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped] # it comes without types

from assay.core.errors import InvalidInput
from assay.core.ports import Engine
from assay.quality.documents import locate, locate_all, parse_document
from assay.quality.gates import Gate, parse_gate, verify
from assay.quality.gates.schema import json_schema

FILE = Path("quality/release.yaml")
HEAD = "kind: gate\nname: release\nobjectives:\n"
GOOD = HEAD + '- measure: error_rate\n  pass: "<= 1%"\n'


def _read(text: str) -> Gate:
    return parse_gate(parse_document(text, FILE))


@pytest.mark.parametrize(
    ("text", "line", "words", "hint"),
    [
        (GOOD + "owner: me\n", 6, "owner: unknown key", "known are"),
        (GOOD + "windw: 15m\n", 6, "windw: unknown key", "did you mean window?"),
        (HEAD + '- measur: error_rate\n  pass: "<= 1%"\n', 4, "objectives[0].measur: unknown key", "did you mean measure?"),
        (HEAD + '- measure: error_rat\n  pass: "<= 1%"\n', 4, "'error_rat' is no measure", "error_rate"),
        (HEAD + '- measure: latency_p101\n  pass: "<= 1s"\n', 4, "no measure", "latency_p95"),
        (HEAD + '- measure: error_rate\n  pass: "<= 1ms"\n', 5, "no unit of a share", "'<= 1%'"),
        (HEAD + "- measure: throughput\n  pass: >= 5/s\n", 5, "no valid YAML", "quotes"),
        (HEAD + '- measure: error_rate\n  warn: "<= 1%"\n', 5, "no pass beside it", "pass:"),
        (HEAD + '- measure: error_rate\n  pass: "<= 1%"\n  unit: ms\n', 6, "is known", "leave it out"),
        (HEAD + '- measure: error_rate\n  sql: SELECT 1\n  pass: "<= 1%"\n', 5, "exclude each other", "one of"),
        (HEAD + '- pass: "<= 1%"\n', 4, "does not say what to measure", "measure, metric"),
        (HEAD + "- measure: throughput\n", 3, "could never fail", "pass"),
        (HEAD + '- measure: error_rate\n  pass: "<= 1%"\n  weight: 0\n', 3, "could never fail", "pass"),
        (HEAD + '- measure: error_rate\n  pass: "<= 1%"\n  weight: -1\n', 6, "no number from 0", "weight: 1"),
        (HEAD + '- measure: error_rate\n  pass: "<= 1%"\n  key: 1\n', 6, "neither true nor false", "true or false"),
        (HEAD + '- measure: error_rate\n  pass: "<= 1%"\n  window: 90s\n', 6, "not of whole minutes", "15m"),
        (HEAD + '- measure: error_rate\n  pass: "<= 1%"\n  window: 999d\n', 6, "more than 400 days", "15m"),
        (HEAD + '- measure: error_rate\n  pass: "<= 1%"\n  stages: a\n', 6, "no list of names", "stages:"),
        (HEAD + '- measure: error_rate\n  pass: "<= 1%"\n  version: 2.0\n', 6, "2.0 is no text", "in quotes"),
        (HEAD + '- measure: error_rate\n  pass: "<= 1%"\n- measure: error_rate\n', 6, "is there twice", "another name"),
        (HEAD + '- metric: {aggregation: max}\n  pass: "<= 1"\n', 4, "names no metric", "name:"),
        (HEAD + '- metric: {name: a, aggregation: p101}\n  pass: "<= 1"\n', 4, "'p101' is not known", "percentile"),
        (HEAD + '- dora: lead_time\n  pass: "<= 1d"\n', 4, "'lead_time' is not known", "change_lead_time"),
        (HEAD + '- sql: SELECT {servce:String}\n  pass: "<= 1"\n', 4, "nothing fills {servce}", "service"),
        (HEAD + '- sql: ""\n  pass: "<= 1"\n', 4, "no text", "SELECT"),
        (GOOD + "undecided: {no_data: pass}\n", 6, "'pass' is not possible", "nothing that is not known can pass"),
        (GOOD + "undecided: {nodata: fail}\n", 6, "unknown key", "did you mean no_data?"),
        (GOOD + "score: {pass: 90}\n", 6, "no percentage", "90%"),
        (GOOD + "score: {pass: 0%}\n", 6, "no percentage above 0", "90%"),
        (GOOD + "score: {pass: 50%, warn: 60%}\n", 6, "above pass", "below"),
        (GOOD + "baseline: {evaluations: 0}\n", 6, "no number from 1", "evaluations"),
        (GOOD + "baseline: {aggregate: p50}\n", 6, "'p50' is not known", "median"),
        ("kind: gate\nobjectives: []\n", 0, "name: it is missing", "name"),
        ("kind: gate\nname: a/b\nobjectives: []\n", 2, "is no name", "letters"),
        ("kind: gate\nname: a\nobjectives: {}\n", 3, "there is none", "list"),
    ],
)
def test_what_is_wrong_is_told_with_line_and_hint(text: str, line: int, words: str, hint: str) -> None:
    """Whoever wrote it finds the place, the reason and what to write instead."""
    with pytest.raises(InvalidInput) as refused:
        _read(text)
    problem = locate(refused.value, FILE, text)
    assert problem.line == line
    assert words in problem.message
    assert hint in problem.hint


def test_everything_that_is_wrong_is_told_at_once(engine: Engine) -> None:
    """Each mistake has its line, whatever else is wrong; what is said of the whole gate is told once, and so by the engine."""
    text = (
        "kind: gate\nname: '-'\nwindw: 15m\nservice: 3\nobjectives:\n"
        '- {measure: error_rat, pass: "<= 1%", weight: x}\n'
        '- {measure: error_rate, pass: "<= 1ms", warn: "<= 2ms"}\n'
        '- {measur: error_rate, pas: "<= 1%"}\n'
        "score: {pass: 200%}\n"
    )
    with pytest.raises(InvalidInput) as refused:
        _read(text)
    told = [f"{each.line}: {each.message.partition(':')[0]}" for each in locate_all(refused.value, FILE, text)]
    assert told == [
        "3: windw",
        "2: name",
        "4: service",
        "9: score.pass",
        "6: objectives[0].measure",
        "6: objectives[0].weight",
        "7: objectives[1].pass",
        "7: objectives[1].warn",
        "8: objectives[2].measur",
        "8: objectives[2].pas",
    ]
    statements = HEAD + '- {sql: SELECT nothing, name: a, pass: "= 0"}\n- {sql: "SELECT 1, 2", name: b, pass: "= 0"}\n'
    with pytest.raises(InvalidInput) as refused:
        verify(_read(statements), engine)
    assert [each.line for each in locate_all(refused.value, FILE, statements)] == [4, 5]


def test_what_is_not_written_has_its_default() -> None:
    """A gate of five lines is whole, and fails on whatever cannot be decided."""
    gate = _read(GOOD)
    assert (gate.type, gate.window_seconds, gate.score) == ("performance", 900, None)
    (objective,) = gate.objectives
    assert objective.minimum_requests == 20
    assert set(objective.undecided.values()) == {"fail"}


def test_an_objective_has_what_its_gate_says_unless_it_says_otherwise() -> None:
    """Filters and consequences are written once."""
    gate = _read(
        "service: orders\noperation: a\nminimum_requests: 5\nundecided: {no_data: warn, zero_baseline: warn}\n"
        + GOOD
        + "  operation: b\n  minimum_requests: 7\n  undecided: {no_data: ignore}\n"
    )
    (objective,) = gate.objectives
    assert dict(objective.filters) == {"service": "orders", "operation": "b"}
    assert objective.minimum_requests == 7
    assert (objective.undecided["no_data"], objective.undecided["zero_baseline"]) == ("ignore", "warn")


@pytest.mark.parametrize(
    ("body", "at", "words"),
    [
        ("- sql: SELEC 1\n  pass: '= 0'\n", "objectives[0].sql", "Syntax error"),
        ("- sql: SELECT a FROM nowhere\n  pass: '= 0'\n", "objectives[0].sql", "nowhere"),
        ("- sql: SELECT 1, 2\n  pass: '= 0'\n", "objectives[0].sql", "2 columns"),
        ("- sql: DROP TABLE otel_logs\n  pass: '= 0'\n", "objectives[0].sql", "DROP"),
        ("- sql: SELECT file('/etc/passwd')\n  pass: '= 0'\n", "objectives[0].sql", "not allowed"),
        (
            "- measure: error_rate\n  pass: '<= 1%'\n  operation_matching: '['\n",
            "objectives[0].operation_matching",
            "no regular",
        ),
    ],
)
def test_statements_and_patterns_are_shown_to_the_engine(engine: Engine, body: str, at: str, words: str) -> None:
    """A statement or a pattern that fails is refused before anybody relies on it, and nothing but reading is allowed."""
    with pytest.raises(InvalidInput) as refused:
        verify(_read(HEAD + body), engine)
    assert refused.value.message.startswith(at)
    assert words in refused.value.message


def test_every_parameter_of_a_statement_is_filled(engine: Engine) -> None:
    """What a statement may ask for is filled with its type, so that a good one is accepted."""
    sql = (
        "SELECT count() FROM assay_events WHERE Service = {service:String} AND Environment = {environment:String}"
        " AND Time >= fromUnixTimestamp64Nano({start_ns:Int64}) AND Time < fromUnixTimestamp64Nano({end_ns:Int64})"
        " AND Version = {version:String} AND {operation:String} = {stage:String}"
    )
    gate = _read(HEAD + f"- sql: {sql}\n  pass: '= 0'\n  operation_matching: ^GET\n")
    verify(gate, engine)
    (objective,) = gate.objectives
    assert objective.source.label == sql


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        HEAD + "- {metric: {name: a, aggregation: p95}, unit: ms, pass: {any: ['<= 1s', ['< 2s', '> 1s']]}}\n",
        HEAD + "- {dora: change_failure_rate, pass: '<= 15%', window: 30d}\n- {sql: SELECT 1}\n",
        GOOD + "score: {pass: 90%, warn: 75%}\nbaseline: {evaluations: 3}\nundecided: {no_data: warn}\n",
    ],
)
def test_the_schema_accepts_what_is_accepted(text: str) -> None:
    """An editor that knows the schema complains of nothing that works."""
    assert _read(text).objectives
    assert list(Draft202012Validator(json_schema()).iter_errors(yaml.safe_load(text))) == []


@pytest.mark.parametrize(
    "text",
    [
        GOOD + "windw: 15m\n",
        HEAD + '- {measure: error_rat, pass: "<= 1%"}\n',
        HEAD + '- {measure: error_rate, pass: "1%"}\n',
        HEAD + "- {pass: '<= 1%'}\n",
        HEAD + "- {measure: error_rate, sql: SELECT 1}\n",
        GOOD + "undecided: {no_data: pass}\n",
        GOOD + "score: {warn: 1%}\n",
        "kind: gate\nname: a\n",
    ],
)
def test_the_schema_refuses_what_is_refused(text: str) -> None:
    """What the schema can tell, an editor shows while it is written."""
    parsed: Any = yaml.safe_load(text)
    assert not Draft202012Validator(json_schema()).is_valid(parsed)
    with pytest.raises(InvalidInput):
        _read(text)
