"""`/gates`"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from assay.api.answer import JsonAnswer
from assay.core.errors import InvalidInput, NotFound
from assay.core.ports import Engine
from assay.core.refusals import refuse_together, refuse_unknown
from assay.quality import Delivery
from assay.quality.documents import Documents, Problem, locate_all, parse_document
from assay.quality.gates import (
    KIND,
    LINKS,
    Asked,
    EarlierValues,
    Evaluation,
    Gate,
    Gates,
    Measurer,
    Recorder,
    Summary,
    WatchedObjective,
    list_earlier,
    parse_gate,
    parse_window,
    verify,
    verify_services,
    without_statements,
)
from assay.query.metrics import read_value
from assay.query.times import MINUTE, Clock, format_time, parse_duration, parse_time


class AboutQuestion(BaseModel):
    """What a gate is asked about; what is left out is as its document says."""

    model_config = ConfigDict(extra="forbid")

    service: Annotated[str, Field(description="Name of the service.")] = ""
    version: Annotated[str, Field(description="Version of the service: only its requests count.")] = ""
    environment: Annotated[str, Field(description="Environment: only what ran there counts.")] = ""
    operation: Annotated[str, Field(description="Name of an operation: only its spans count.")] = ""
    stage: Annotated[str, Field(description="Stage: only objectives of this stage or of none count.")] = ""
    sql: Annotated[bool, Field(description="Give the statements behind the values too.")] = False
    links: Annotated[
        dict[str, str], Field(default_factory=dict, description=f"What it is about, and who asks: {', '.join(LINKS)}.")
    ]


class EvaluateQuestion(AboutQuestion):
    """What a gate is asked about; what is left out is as its document says."""

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"service": "orders", "version": "2.4.1", "environment": "staging", "window": "15m"}
    ]})  # fmt: skip

    window: Annotated[str | None, Field(description="Time up to `end`, of whole minutes, such as `15m`.")] = None
    end: Annotated[str | None, Field(description="End of the window: RFC 3339, or a duration ago. Now if left out.")] = None


class WatchQuestion(AboutQuestion):
    """What a gate is watched for. The answer has `since`: ask again with it until there is an evaluation."""

    model_config = ConfigDict(json_schema_extra={"examples": [
        {"service": "orders", "version": "2.4.1", "environment": "production", "since": "2026-11-03T10:00:00Z", "time": "30m"}
    ]})  # fmt: skip

    since: Annotated[
        str | None, Field(description="When the rollout began: RFC 3339, or a duration ago. This minute if left out.")
    ] = None
    time: Annotated[str, Field(description="How long to watch, in whole minutes, such as `30m`; at most a day.")] = "30m"
    significance: Annotated[float, Field(gt=0, le=0.5, description="Chance of stopping what is not worse.")] = 0.01


class ValidateQuestion(BaseModel):
    """The text of a document, and the name of its file."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(max_length=1_000_000)]
    file: str = "gate.yaml"


class GateHistoryQuestion(BaseModel):
    model_config = ConfigDict(extra="forbid")

    gate: Annotated[str, Field(description="Name of the gate.")] = ""
    service: Annotated[str, Field(description="Name of the service.")] = ""
    environment: Annotated[str, Field(description="Environment.")] = ""
    result: Annotated[str, Field(description="`passed`, `warning` or `failed`.", pattern="^(passed|warning|failed)?$")] = ""
    limit: Annotated[int, Field(ge=1, le=1000, description="How many to give.")] = 20


@dataclass(frozen=True, slots=True)
class ListedObjective:
    """An objective as it is written; without `passing` it is only shown."""

    name: str
    measure: str
    passing: str
    warning: str
    weight: float
    key: bool


@dataclass(frozen=True, slots=True)
class ListedGate:
    """A gate, its objectives, and what it said last. `document` is the version of its file."""

    name: str
    description: str
    type: str
    stage: str
    service: str
    environment: str
    window_seconds: int
    file: str
    document: str
    objectives: list[ListedObjective]
    last: Summary | None


@dataclass(frozen=True, slots=True)
class GatesAnswer:
    """The gates by file, and why files cannot be used."""

    directory: str
    gates: list[ListedGate]
    problems: list[Problem]


@dataclass(frozen=True, slots=True)
class WatchAnswer:
    """What a watch came to so far; `evaluation` is null while it goes on. `minutes` is how many were looked at."""

    since: str
    until: str
    minutes: int
    objectives: list[WatchedObjective]
    evaluation: Evaluation | None


@dataclass(frozen=True, slots=True)
class GateHistoryAnswer:
    """Evaluations, the newest first."""

    evaluations: list[Summary]


@dataclass(frozen=True, slots=True)
class EarlierAnswer:
    """The values up to an evaluation, by objective."""

    objectives: list[EarlierValues]


@dataclass(frozen=True, slots=True)
class ValidationAnswer:
    """The problems of a document; none if it can be used."""

    problems: list[Problem]


def open_gates(
    engine: Engine, directory: Path | None, config_file: Path | None, delivery: Delivery, recorder: Recorder
) -> Gates:
    """Return the gates of a directory, or of the one beside the configuration file, over `engine`; see `Gates`."""
    return Gates(engine, Documents(directory, config_file), Measurer(engine, partial(read_value, engine), delivery), recorder)


def routes(engine: Engine, clock: Clock, gates: Gates | None) -> APIRouter:
    router = APIRouter(tags=["gates"])

    @router.get("/gates", response_model=GatesAnswer, summary="Which gates are there?")
    def show_all() -> JsonAnswer:
        """The gates that can be evaluated, as their files are now, and the files that cannot be used, with line and reason."""
        kept = _kept(gates)
        found, last = kept.load(), kept.last()
        listed = [_listed(each, last.get(each.name)) for each in found.documents]
        return JsonAnswer(GatesAnswer(str(kept.directory), listed, found.problems))

    @router.get("/gates/{name}", response_model=ListedGate, summary="Show a gate")
    def show(name: str) -> JsonAnswer:
        """A gate as its file is now."""
        gate = _kept(gates).find(name)
        return JsonAnswer(_listed(gate, next(iter(_kept(gates).history(1, {"gate": gate.name})), None)))

    @router.post("/gates/{name}/evaluations", response_model=Evaluation, summary="Evaluate a gate")
    def check(name: str, asked: EvaluateQuestion) -> JsonAnswer:
        """What the gate says now. The evaluation is kept as events before it is answered.

        It is an answer whatever the result; an error says that nothing was evaluated, because the gate is not there, is wrong,
        or names a service that nothing was ever heard of.
        """
        evaluation = _kept(gates).check(name, _asked(asked, clock()))
        return JsonAnswer(evaluation if asked.sql else without_statements(evaluation))

    @router.post("/gates/{name}/watch", response_model=WatchAnswer, summary="Watch a rollout")
    def watch(name: str, asked: WatchQuestion) -> JsonAnswer:
        """What has come since the rollout began, minute by minute; asked again and again, it stops what is surely worse.

        However often it is asked, a release that is not worse is stopped with the chance `significance` at most. The gate is
        evaluated, and the evaluation kept, once that is decided or the time is over.
        """
        now = clock()
        since = (parse_time(asked.since, now) if asked.since else now) // MINUTE * MINUTE
        until = since + parse_duration(asked.time)
        found = _kept(gates).watch(name, _about(asked), since, until, asked.significance)
        evaluation = found.evaluation
        if evaluation and not asked.sql:
            evaluation = without_statements(evaluation)
        return JsonAnswer(WatchAnswer(format_time(since), format_time(until), found.minutes, found.objectives, evaluation))

    @router.post("/gate-validations", response_model=ValidationAnswer, summary="Check a gate's document")
    def validate(asked: ValidateQuestion) -> JsonAnswer:
        """What is wrong with a document: its keys and units, its statements and patterns, and services that nobody knows."""
        try:
            document = parse_document(asked.text, Path(asked.file))
            if document.kind != KIND:
                raise InvalidInput("gate_invalid", f"kind: it is a {document.kind}", "write kind: gate")
            gate = parse_gate(document)
            refuse_together(partial(verify, gate, engine), partial(verify_services, gate, engine))
        except InvalidInput as error:
            return JsonAnswer(ValidationAnswer(locate_all(error, Path(asked.file), asked.text, KIND)))
        return JsonAnswer(ValidationAnswer([]))

    @router.get("/gate-evaluations", response_model=GateHistoryAnswer, summary="What gates have said")
    def history(asked: Annotated[GateHistoryQuestion, Query()]) -> JsonAnswer:
        """Evaluations that were kept, those that other tools reported too, the newest first."""
        filters = {"gate": asked.gate, "service": asked.service, "environment": asked.environment, "result": asked.result}
        return JsonAnswer(GateHistoryAnswer(_kept(gates).history(asked.limit, filters)))

    @router.get("/gate-evaluations/{id}", response_model=Evaluation, summary="Show an evaluation")
    def show_evaluation(id: str) -> JsonAnswer:  # noqa: A002 - the name of the parameter in the path
        """An evaluation as it was answered, with the statements behind its values."""
        told: dict[str, Any] = _kept(gates).show(id)
        return JsonAnswer(told)

    @router.get("/gate-evaluations/{id}/earlier", response_model=EarlierAnswer, summary="The values before an evaluation")
    def show_earlier(
        id: str,  # noqa: A002 - the name of the parameter in the path
        limit: Annotated[int, Query(ge=1, le=1000, description="How many to give of each objective.")] = 60,
    ) -> JsonAnswer:
        """What its objectives came to in it and in those before it, of the same gate, service and environment.

        Only values of an objective that measured the same under that name are given.
        """
        return JsonAnswer(EarlierAnswer(list_earlier(engine, _kept(gates).show(id), limit)))

    return router


def _kept(gates: Gates | None) -> Gates:
    if gates is None:
        raise NotFound("gates_unavailable", "No gates are kept here", "ask the server that stores")
    return gates


def _asked(asked: EvaluateQuestion, now_ns: int) -> Asked:
    try:
        seconds = parse_window(asked.window) if asked.window else 0
    except ValueError as error:
        raise InvalidInput("window_invalid", str(error), "write whole minutes, such as 15m, 2h or 7d") from None
    end = parse_time(asked.end, now_ns) if asked.end else 0
    return replace(_about(asked), window_seconds=seconds, end_ns=end)


def _about(asked: AboutQuestion) -> Asked:
    refuse_unknown("link_unknown", asked.links, LINKS, "links")
    return Asked(asked.service, asked.version, asked.environment, asked.operation, asked.stage, links=asked.links)


def _listed(gate: Gate, last: Summary | None) -> ListedGate:
    return ListedGate(
        name=gate.name,
        description=gate.description,
        type=gate.type,
        stage=gate.stage,
        service=gate.written("service"),
        environment=gate.written("environment"),
        window_seconds=gate.window_seconds,
        file=str(gate.document.path),
        document=gate.document.version,
        objectives=[
            ListedObjective(
                name=each.name,
                measure=each.source.label,
                passing=str(each.passing or ""),
                warning=str(each.warning or ""),
                weight=each.weight,
                key=each.is_key,
            )
            for each in gate.objectives
        ],
        last=last,
    )
