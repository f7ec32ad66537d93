"""What the objectives of a gate came to before an evaluation, so that its values are seen among the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assay.core.ports import Engine
from assay.core.statement import load as load_statement
from assay.quality.gates.measuring import FOLDER
from assay.quality.gates.recording import PREFIX, format_time, key_of, parse_time


@dataclass(frozen=True, slots=True)
class EarlierValue:
    """What an objective came to in an evaluation; `is_good` if that can be part of a baseline."""

    evaluation: str
    time: str
    version: str
    value: float
    counts_as: str
    is_good: bool


@dataclass(frozen=True, slots=True)
class EarlierValues:
    """The values of an objective, the newest first."""

    name: str
    values: Sequence[EarlierValue]


def list_earlier(engine: Engine, told: Mapping[str, Any], limit: int) -> list[EarlierValues]:
    """Return what the objectives of an evaluation came to in it and in those before it, as far as they measured the same.

    `told` is the evaluation as it was answered; at most `limit` values of each objective are given.
    """
    objectives = told["objectives"]
    parameters = {
        "key": PREFIX + key_of(told["gate"], told["service"]),
        **{name: told[name] for name in ("gate", "service", "environment")},
        "objectives": [each["name"] for each in objectives],
        "measures": [each["measure"] for each in objectives],
        "until": parse_time(told["time"]),
        "limit": limit,
    }
    values: dict[str, list[EarlierValue]] = {each["name"]: [] for each in objectives}
    for row in engine.query(load_statement(FOLDER, "list_earlier"), parameters).dicts():
        row["is_good"] = bool(row["is_good"])
        values[row.pop("objective")].append(EarlierValue(time=format_time(row.pop("time_ns")), **row))
    return [EarlierValues(name, found) for name, found in values.items()]
