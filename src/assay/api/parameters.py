"""What questions are asked with: the parameters that several of them take."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from assay.query.conditions import Condition
from assay.query.cursor import Cursor
from assay.query.service_metrics import PERCENTILES
from assay.query.times import HOUR, TimeRange, parse_duration, parse_range

Attribute = Annotated[
    list[str],
    Field(
        default_factory=list,
        max_length=20,
        description="A condition on an attribute, of the item itself or else of its resource: `key=value`, `key!=value`, or a "
        "comparison of numbers with `>`, `>=`, `<`, `<=`. Repeat it for more; all must hold. Booleans are `true` and `false`. "
        "An attribute that was renamed is found under each of its names.",
    ),
]
Duration = Annotated[str | None, Field(description="A number and `ns`, `us`, `ms`, `s`, `m`, `h` or `d`, such as `250ms`.")]

Percentiles = Annotated[
    list[str],
    Field(
        default_factory=lambda: list(PERCENTILES),
        max_length=20,
        description="A percentile of the durations such as `p99.9`. Repeat it for more; `p50`, `p95` and `p99` if left out.",
    ),
]


class Within(BaseModel):
    """A time range."""

    model_config = ConfigDict(extra="forbid")

    start: Annotated[
        str | None,
        Field(description="RFC 3339 time, or a duration before now such as `15m`. One hour before `end` if it is left out."),
    ] = None
    end: Annotated[str | None, Field(description="RFC 3339 time, or a duration before now; not included. Now if left out.")] = (
        None
    )

    def within(self, now_ns: int, default_ns: int = HOUR) -> TimeRange:
        return parse_range(self.start, self.end, now_ns, default_ns)


class Page(Within):
    """A part of a list."""

    limit: Annotated[int, Field(ge=1, le=1000, description="How many to give.")] = 20
    cursor: Annotated[
        str | None,
        Field(
            description="`next_cursor` of the answer before; repeat the other parameters, the time range is kept by the cursor."
        ),
    ] = None

    def after(self) -> Cursor | None:
        return Cursor.decode(self.cursor) if self.cursor is not None else None


Status = Literal["unset", "ok", "error"]


def conditions(attributes: list[str]) -> list[Condition]:
    """Read the `attribute` parameters; see `Condition.parse` for its errors."""
    return [Condition.parse(text) for text in attributes]


def nanoseconds(duration: str | None, otherwise: int) -> int:
    """Read a duration that may be left out; see `parse_duration` for its errors."""
    return parse_duration(duration) if duration is not None else otherwise
