"""The gates: which there are, what one says now, and what they said before."""

from __future__ import annotations

import difflib
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import orjson
import structlog

from assay.core.errors import AssayError, InvalidInput, NotFound
from assay.core.lines import find_line
from assay.core.ports import Emit, EmitSpans, Engine
from assay.core.statement import load as load_statement
from assay.quality.baselines import Baselines
from assay.quality.documents import Documents, Found
from assay.quality.gates.comparing import Comparer, Tested
from assay.quality.gates.document import FILTERS, Gate, Objective, parse_gate, window_of
from assay.quality.gates.evaluation import Asked, Evaluation, ObjectiveResult, Summary
from assay.quality.gates.judging import FAILED, INFO, PASSED, Baseline, Judged, aggregate, conclude, judge
from assay.quality.gates.measuring import FOLDER, Measured, Measurer, Subject, is_known
from assay.quality.gates.recording import PREFIX, events_of, format_time, key_of, make_id, span_of
from assay.quality.gates.sources import SqlStatement, StoredMetric
from assay.quality.gates.verifying import unknown_service
from assay.quality.gates.watching import Looking, Watched, last_look, look

KIND = "gate"

_MINUTE = 60 * 1_000_000_000
_ALL = 10_000

log = structlog.get_logger(__name__)


class Recorder(Protocol):
    """Where evaluations go: `core.intake.Intake` is one."""

    @property
    def emit(self) -> Emit: ...

    @property
    def emit_spans(self) -> EmitSpans: ...


@dataclass(frozen=True, slots=True)
class _Judgement:
    """An objective with all that led to its outcome."""

    objective: Objective
    subject: Subject
    measured: Measured
    baseline: Baseline
    tested: Mapping[str, Tested]
    judged: Judged


class Gates:
    """Evaluate gates as their documents say at that moment. An answer is given once its event is safe; any thread may call."""

    def __init__(
        self,
        engine: Engine,
        documents: Documents,
        measurer: Measurer,
        recorder: Recorder,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        """Read gates from `documents`; `clock` gives nanoseconds since 1970."""
        self._engine = engine
        self._documents = documents
        self._measurer = measurer
        self._recorder = recorder
        self._comparer = Comparer(Baselines(engine))
        self._clock = clock
        self._known: set[str] = set()

    @property
    def directory(self) -> Path:
        """Where the documents are looked for."""
        return self._documents.directory

    def load(self) -> Found[Gate]:
        """Return the gates by file, and why files cannot be used."""
        return self._documents.read(KIND, parse_gate)

    def find(self, name: str) -> Gate:
        """Return a gate by name.

        Raises:
            InvalidInput: no gate or several have the name; files that cannot be read are named too.
        """
        found = self.load()
        named = [gate for gate in found.documents if gate.name == name]
        if len(named) == 1:
            return named[0]
        if named:
            files = " and ".join(str(gate.document.path) for gate in named)
            raise InvalidInput("gate_ambiguous", f"The gate {name!r} is in {files}", "give one of them another name")
        broken = "".join(f"; {problem}" for problem in found.problems)
        near = difflib.get_close_matches(name, [gate.name for gate in found.documents], 1)
        known = ", ".join(gate.name for gate in found.documents) or "none"
        hint = f"did you mean {near[0]}?" if near else f"gates in {self._documents.directory}: {known}"
        hint = found.problems[0].hint if broken and not near else hint
        raise NotFound("gate_unknown", f"There is no gate {name!r}{broken}", hint)

    def check(self, name: str, asked: Asked, stopped: Mapping[str, str] | None = None) -> Evaluation:
        """Evaluate a gate, keep what it said, and return it; objectives in `stopped` have failed for the reason that is there.

        Raises:
            InvalidInput: the gate is not there or wrong, names a service that nobody has heard of, or lacks one.
            Retryable: the evaluation could not be kept for now.
        """
        began_ns, began = self._clock(), time.perf_counter()
        gate = self.find(name)
        asked = _completed(asked, gate)
        stage = asked.stage or gate.stage
        judged = _stop(self._judge(gate, asked, stage, began_ns), stopped or {})
        verdict = conclude([(each.objective, each.judged) for each in judged], gate.score)
        evaluation = Evaluation(
            id=make_id(gate.name, asked.service, began_ns),
            gate=gate.name,
            type=gate.type,
            stage=stage,
            result=verdict.result,
            decided=verdict.decided,
            score=verdict.score,
            reasons=verdict.reasons,
            service=asked.service,
            version=asked.version,
            environment=asked.environment,
            time=format_time(began_ns),
            duration_seconds=round(time.perf_counter() - began, 6),
            file=str(gate.document.path),
            document=gate.document.version,
            trace_id=secrets.token_hex(16),
            links={key: value for key, value in asked.links.items() if value},
            objectives=[_result(each) for each in judged],
        )
        self._keep(evaluation, began_ns)
        return evaluation

    def watch(self, name: str, asked: Asked, since_ns: int, until_ns: int, significance: float = 0.01) -> Watched:
        """Look at what has come since `since_ns`, and evaluate the gate once that is decided or over.

        It is over at `until_ns`, and decided as soon as objectives are so surely worse that the gate fails. If none is worse
        that happens with the chance `significance` at most, however often this is called: looks are of times, not of calls.

        Raises:
            InvalidInput: as `check`, or the time is not of whole minutes, or more than a day.
            Retryable: the evaluation could not be kept for now.
        """
        gate = self.find(name)
        asked = _completed(asked, gate)
        now = last_look(since_ns, until_ns, self._clock())
        chosen = [
            (each, replace(subject, start_ns=since_ns, end_ns=now))
            for each, subject in self._choose(gate, asked, asked.stage or gate.stage, self._clock())
        ]
        if now <= since_ns:
            return Watched(0, [], None)
        baselines = self._baselines(gate, chosen, asked, since_ns)
        looking = [Looking(*each, baseline) for each, baseline in zip(chosen, baselines, strict=True)]
        looks = look(self._engine, looking, until_ns, significance)
        worse = {each.objective: each.reason for each in looks if each.is_worse}
        fails = bool(worse) and conclude(_assume(chosen, worse), gate.score).result == FAILED
        evaluation = None
        if fails or now >= until_ns:
            asked = replace(asked, window_seconds=(now - since_ns) // 1_000_000_000, end_ns=now)
            evaluation = self.check(name, asked, worse if fails else None)
        return Watched((now - since_ns) // _MINUTE, looks, evaluation)

    def _judge(self, gate: Gate, asked: Asked, stage: str, now_ns: int) -> Sequence[_Judgement]:
        chosen = self._choose(gate, asked, stage, now_ns)
        baselines = self._baselines(gate, chosen, asked, now_ns)
        measured = self._measurer.measure(chosen)
        known = [each for each, one in zip(chosen, measured, strict=True) if one.value is not None]
        told = iter(self._comparer.test(known, now_ns))
        tests = [next(told) if one.value is not None else {} for one in measured]
        return [
            _Judgement(
                *each, one, baseline, tested, judge(each[0], one, baseline, {text: test.held for text, test in tested.items()})
            )
            for each, one, baseline, tested in zip(chosen, measured, baselines, tests, strict=True)
        ]

    def _choose(self, gate: Gate, asked: Asked, stage: str, now_ns: int) -> list[tuple[Objective, Subject]]:
        objectives = [each for each in gate.objectives if not each.stages or stage in each.stages]
        if not any(each.passing for each in objectives):
            hint = "name another with --stage"
            raise InvalidInput("gate_empty", f"No objective of {gate.name!r} is for the stage {stage!r}", hint)
        chosen = [(each, _subject(each, gate, asked, stage, now_ns)) for each in objectives]
        self._refuse_unknown(gate, chosen)
        return chosen

    def history(self, limit: int, filters: Mapping[str, str], per_gate: int = _ALL) -> list[Summary]:
        """Return the evaluations that were kept, the newest first; filters are `gate`, `service`, `environment`, `result`."""
        return [
            Summary(
                time=format_time(row.pop("time_ns")),
                **{key: value for key, value in {**row, "decided": bool(row["decided"])}.items() if key != "body"},
            )
            for row in self._rows(limit, filters, per_gate)
        ]

    def last(self) -> dict[str, Summary]:
        """Return what each gate said last, by its name."""
        return {each.gate: each for each in self.history(_ALL, {}, per_gate=1)}

    def show(self, evaluation_id: str) -> dict[str, Any]:
        """Return an evaluation as it was answered, with the statements behind it.

        Raises:
            NotFound: none has that id, or it was not made here.
        """
        rows = self._rows(1, {"event": f"{PREFIX}{evaluation_id}"}, whole=True)
        try:
            told: dict[str, Any] = orjson.loads(rows[0]["body"])
        except (IndexError, orjson.JSONDecodeError):
            hint = "list them with `assay gate history`"
            raise NotFound("evaluation_unknown", f"No evaluation {evaluation_id!r} was made here", hint) from None
        return told

    def over(self, engine: Engine) -> Gates:
        """Return the same gates, asked of another engine."""
        return Gates(engine, self._documents, self._measurer, self._recorder, self._clock)

    def _rows(
        self, limit: int, filters: Mapping[str, str], per_gate: int = _ALL, *, whole: bool = False
    ) -> list[dict[str, Any]]:
        given = {**dict.fromkeys(("event", "gate", "service", "environment", "result"), ""), **filters}
        parameters = {**given, "whole": whole, "per_gate": per_gate, "limit": limit}
        return self._engine.query(load_statement(FOLDER, "list_evaluations"), parameters).dicts()

    def _refuse_unknown(self, gate: Gate, chosen: Sequence[tuple[Objective, Subject]]) -> None:
        for service in dict.fromkeys(subject.service for _, subject in chosen if subject.service):
            # Who was heard of once stays known, and need not be looked for each time.
            if service in self._known or is_known(self._engine, service):
                self._known.add(service)
                continue
            objective = next(each for each, subject in chosen if subject.service == service)
            key = f"{objective.at}.service" if "service" in objective.own else "service"
            if objective.filters.get("service") != service:
                raise unknown_service(service, "", self._engine)
            raise unknown_service(service, _place(gate, key), self._engine)

    def _baselines(
        self, gate: Gate, chosen: Sequence[tuple[Objective, Subject]], asked: Asked, before_ns: int
    ) -> list[Baseline]:
        relative = [each for each, _ in chosen if each.is_relative]
        if not relative:
            return [Baseline(None, 0)] * len(chosen)
        measures = {objective.name: _describe(objective, subject) for objective, subject in chosen}
        parameters = {
            "key": PREFIX + key_of(gate.name, asked.service),
            "gate": gate.name,
            "service": asked.service,
            "environment": asked.environment,
            "objectives": [each.name for each in relative],
            "measures": [measures[each.name] for each in relative],
            "before": before_ns,
            "limit": gate.baseline.evaluations,
        }
        found = dict(self._engine.query(load_statement(FOLDER, "read_baseline"), parameters).rows)
        return [aggregate(found.get(objective.name, []), gate.baseline) for objective, _ in chosen]

    def _keep(self, evaluation: Evaluation, began_ns: int) -> None:
        span_id = secrets.token_bytes(8)
        self._recorder.emit(events_of(evaluation, began_ns, span_id))
        ended_ns = began_ns + round(evaluation.duration_seconds * 1e9)
        try:
            self._recorder.emit_spans(span_of(evaluation, began_ns, ended_ns, span_id))
        except AssayError as error:
            # The event is the evidence, and it is safe.
            log.warning("gate_span_lost", evaluation=evaluation.id, reason=str(error))


def _completed(asked: Asked, gate: Gate) -> Asked:
    return replace(
        asked,
        service=asked.service or gate.written("service"),
        version=asked.version or gate.written("version"),
        environment=asked.environment or gate.written("environment"),
    )


def _assume(chosen: Sequence[tuple[Objective, Subject]], worse: Mapping[str, str]) -> list[tuple[Objective, Judged]]:
    """Judge a gate as well as it can still come out."""
    as_ = {each.name: FAILED if each.name in worse else PASSED for each, _ in chosen}
    return [(each, Judged(as_[each.name], as_[each.name] if each.passing else INFO, "")) for each, _ in chosen]


def _stop(judged: Sequence[_Judgement], stopped: Mapping[str, str]) -> Sequence[_Judgement]:
    return [
        replace(each, judged=replace(each.judged, outcome=FAILED, counts_as=FAILED, reason=stopped[each.objective.name]))
        if each.objective.name in stopped
        else each
        for each in judged
    ]


def _subject(objective: Objective, gate: Gate, asked: Asked, stage: str, now_ns: int) -> Subject:
    """Work out what an objective looks at; its own filters win, then what is asked for, then those of the gate."""
    filters = {
        name: value if name in objective.own else getattr(asked, name, "") or value
        for name, value in {**dict.fromkeys(FILTERS, ""), **objective.filters}.items()
    }
    if "operation_matching" in objective.own and "operation" not in objective.own:
        filters["operation"] = ""
    elif filters["operation"] and "operation_matching" not in objective.own:
        filters["operation_matching"] = ""
    source = objective.source
    needed = "service" in source.parameters if isinstance(source, SqlStatement) else not isinstance(source, StoredMetric)
    if needed and not filters["service"]:
        place = _place(gate, objective.at)
        raise InvalidInput("service_missing", f"{place}: no service is named", "add --service, or write service: in the gate")
    end = min(now_ns, -(-asked.end_ns // _MINUTE) * _MINUTE) if asked.end_ns else now_ns
    seconds = window_of(objective, gate, asked.window_seconds)
    # Service metrics are by the minute: what is divided by the time must be of whole minutes too.
    start = max(0, end - seconds * 1_000_000_000) // _MINUTE * _MINUTE
    return Subject(**filters, stage=stage, start_ns=start, end_ns=end)


def _describe(objective: Objective, subject: Subject) -> str:
    """Say what an objective measures, so that it is the same text only for what can be compared."""
    parts = [objective.source.label]
    if subject.operation or subject.operation_matching:
        parts.append(f"of {subject.operation or subject.operation_matching}")
    parts += [f"{name}={objective.filters[name]}" for name in ("service", "environment") if name in objective.own]
    return " ".join(parts)


def without_statements(evaluation: Evaluation) -> Evaluation:
    """Leave out the statements behind the values."""
    return replace(evaluation, objectives=[replace(each, resolved=None, compared=[]) for each in evaluation.objectives])


def _result(one: _Judgement) -> ObjectiveResult:
    objective, measured = one.objective, one.measured
    show = objective.quantity.show
    # What an objective is held against is told once: earlier evaluations, or else the first that it is tested against.
    limits = [one.baseline.value, *(each.held.limit for each in one.tested.values())]
    baseline = next((each for each in limits if each is not None), None)
    return ObjectiveResult(
        name=objective.name,
        measure=_describe(objective, one.subject),
        outcome=one.judged.outcome,
        counts_as=one.judged.counts_as,
        value=measured.value,
        shown="" if measured.value is None else show(measured.value),
        passing=str(objective.passing or ""),
        warning=str(objective.warning or ""),
        baseline=baseline,
        baseline_shown="" if baseline is None else show(baseline),
        baseline_evaluations=one.baseline.evaluations,
        requests=measured.requests,
        reason=one.judged.reason,
        criteria=one.judged.criteria,
        notes=one.judged.notes,
        weight=objective.weight,
        key=objective.is_key,
        subject=one.subject.said,
        start=format_time(one.subject.start_ns),
        end=format_time(one.subject.end_ns),
        exemplars=measured.exemplars,
        resolved=measured.resolved,
        dimension=objective.quantity.dimension,
        compared=[each.resolved for each in one.tested.values() if each.resolved],
    )


def _place(gate: Gate, at: str) -> str:
    line = find_line(gate.document.text, at)
    return f"{gate.document.path}:{line}: {at}" if line else f"{gate.document.path}: {at}"
