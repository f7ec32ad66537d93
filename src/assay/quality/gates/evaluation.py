"""What an evaluation of a gate came to, as it is answered and kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from assay.quality.gates.criterion import Held
from assay.quality.gates.measuring import ExampleTrace, Resolved

LINKS = (
    "deployment.id", "vcs.ref.head.revision", "vcs.repository.url.full", "cicd.pipeline.run.id", "cicd.pipeline.run.url.full",
    "user.id",
)  # fmt: skip
"""Attributes by which an evaluation is linked to what it is about and to who asked."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be evaluated; what is left empty or 0 is as the document says.

    `end_ns` is the end of the window, 0 for now. `links` has any of `LINKS`.
    """

    service: str = ""
    version: str = ""
    environment: str = ""
    operation: str = ""
    stage: str = ""
    window_seconds: int = 0
    end_ns: int = 0
    links: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ObjectiveResult:
    """What an objective came to; see `judging.Judged` for `outcome` and `counts_as`.

    `value` and `baseline` are in the unit inside: a share of 1, seconds, per second, bytes or a plain number; `shown` and
    `baseline_shown` are in words, and `dimension` says which: share, time, rate, size or number. `resolved` is the statement
    behind the value, null unless it was asked for, as `compared` has those behind what it was tested against.
    """

    name: str
    measure: str
    outcome: str
    counts_as: str
    value: float | None
    shown: str
    passing: str
    warning: str
    baseline: float | None
    baseline_shown: str
    baseline_evaluations: int
    requests: float | None
    reason: str
    criteria: Sequence[Held]
    notes: Sequence[str]
    weight: float
    key: bool
    subject: str
    start: str
    end: str
    exemplars: Sequence[ExampleTrace]
    resolved: Resolved | None
    dimension: str
    compared: Sequence[Resolved] = ()


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a gate said, of what, when and why; see `judging.Verdict`. `document` is the version of the gate's `file`."""

    id: str
    gate: str
    type: str
    stage: str
    result: str
    decided: bool
    score: float | None
    reasons: Sequence[str]
    service: str
    version: str
    environment: str
    time: str
    duration_seconds: float
    file: str
    document: str
    trace_id: str
    links: Mapping[str, str]
    objectives: Sequence[ObjectiveResult]


@dataclass(frozen=True, slots=True)
class Summary:
    """One evaluation in a list. `score` is a percentage."""

    id: str
    gate: str
    result: str
    decided: bool
    score: float | None
    time: str
    service: str
    version: str
    environment: str
    stage: str
    reasons: Sequence[str]
