"""Which attributes there are and which values they have: what filters are built from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from assay.core.aliases import names_of
from assay.core.ports import Engine
from assay.core.statement import load
from assay.query.times import TimeRange

Kind = Literal["spans", "logs", "metrics"]

_SAMPLE = 50_000
_LIKE = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})
_QUESTIONS: dict[Kind, str] = {
    "spans": "list_span_attributes",
    "logs": "list_log_attributes",
    "metrics": "list_metric_attributes",
}


@dataclass(frozen=True, slots=True)
class Found:
    """A key or a value, and how many of the spans, records or points that were looked at have it."""

    name: str
    items: int


@dataclass(frozen=True, slots=True)
class Attributes:
    """Keys of attributes, or the values of one `key`, the most frequent first, in at most `sample` spans, records or points."""

    key: str
    sample: int
    found: list[Found]


def list_attributes(
    engine: Engine,
    kind: Kind,
    within: TimeRange,
    *,
    service: str = "",
    metric: str = "",
    key: str = "",
    text: str = "",
    limit: int = 100,
) -> Attributes:
    """Return the keys that have `text` in them in any case of ASCII letters; with `key` its values, under any of its names.

    With `metric` only the points of this metric are looked at, if they are metrics at all.
    """
    rows = engine.query(
        load("assay.query.questions", _QUESTIONS[kind]),
        {
            "start": within.start_ns,
            "end": within.end_ns,
            "service": service,
            "metric": metric,
            "names": names_of(key) if key else [],
            "pattern": f"%{text.translate(_LIKE)}%",
            "sample": _SAMPLE,
            "limit": limit,
        },
    ).dicts()
    return Attributes(key, _SAMPLE, [Found(row["name"], row["items"]) for row in rows])
