"""`/pipeline`: what came in over time, by which ways, and what is kept of it where."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query

from assay.api.answer import JsonAnswer
from assay.api.flows import Arrivals, read_arrivals
from assay.api.parameters import Within
from assay.core.config import Journal, Retention
from assay.core.ports import Engine
from assay.journal import DeadLetter
from assay.query import flow, storage
from assay.query.times import Clock, format_time
from assay.store import kept_days

_LETTERS = 100


@dataclass(frozen=True, slots=True)
class Keeping:
    """Where telemetry is kept, within which limits and for how long, and what could not be stored."""

    directory: Path
    journal: Journal
    retention: Retention
    dead_letters: Callable[[], Iterator[DeadLetter]]


@dataclass(frozen=True, slots=True)
class Ways:
    """By which ways telemetry came in since the start, that with the most items first."""

    arrivals: list[Arrivals]


@dataclass(frozen=True, slots=True)
class Disk:
    """The disk that holds the data.

    Senders are asked to come again later if less than `min_free_bytes` is free, or if more than `journal_max_bytes` wait.
    """

    directory: str
    total_bytes: int
    free_bytes: int
    min_free_bytes: int
    journal_max_bytes: int


@dataclass(frozen=True, slots=True)
class KeptTable:
    """A table on disk. `oldest` is its oldest day where it is kept by day; `retention_days` is for how long, if that is set."""

    name: str
    rows: int
    bytes: int
    oldest: str
    retention_days: int | None


@dataclass(frozen=True, slots=True)
class Buried:
    """A request that could not be stored, and why. `file` has its bytes; times are empty where it was too damaged to tell."""

    signal: str
    reason: str
    buried: str
    received: str
    source: str
    items: int
    bytes: int
    file: str


@dataclass(frozen=True, slots=True)
class Storage:
    """Where the disk goes. `dead_letters` has the newest of `dead_letters_in_all`; `disk` is null where nothing is received."""

    disk: Disk | None
    tables: list[KeptTable]
    dead_letters: list[Buried]
    dead_letters_in_all: int


def routes(engine: Engine, clock: Clock, keeping: Keeping | None) -> APIRouter:
    router = APIRouter(prefix="/pipeline", tags=["pipeline"])

    @router.get("/flow", response_model=flow.FlowCourse, summary="What came in over time?")
    def count_flow(asked: Annotated[Within, Query()]) -> JsonAnswer:
        """How many items passed the filters, were filtered and are kept, and how many values were scrubbed, step by step."""
        return JsonAnswer(flow.count_flow(engine, asked.within(clock())))

    @router.get("/arrivals", response_model=Ways, summary="By which ways did it come?")
    def arrivals() -> JsonAnswer:
        """What came in since the start by each protocol, and which requests were refused there for which reason."""
        return JsonAnswer(Ways(read_arrivals()))

    @router.get("/storage", response_model=Storage, summary="What takes the disk?")
    def show_storage() -> JsonAnswer:
        """The disk, the journal, each table with its size and retention, and what could not be stored."""
        return JsonAnswer(_storage(engine, keeping))

    return router


def _storage(engine: Engine, keeping: Keeping | None) -> Storage:
    stored = storage.measure_storage(engine)
    if keeping is None:
        return Storage(None, [_kept(each, []) for each in stored], [], 0)
    days = kept_days(keeping.retention)
    usage = shutil.disk_usage(keeping.directory)
    letters = sorted(keeping.dead_letters(), key=lambda letter: letter.buried_unix_nano, reverse=True)
    return Storage(
        disk=Disk(
            str(keeping.directory), usage.total, usage.free, keeping.journal.min_free_disk_bytes, keeping.journal.max_bytes
        ),
        tables=[_kept(each, days) for each in stored],
        dead_letters=[_buried(letter) for letter in letters[:_LETTERS]],
        dead_letters_in_all=len(letters),
    )


def _kept(table: storage.Stored, days: list[tuple[str, int]]) -> KeptTable:
    kept = next((number for pattern, number in days if re.fullmatch(pattern, table.name)), None)
    return KeptTable(table.name, table.rows, table.bytes, table.oldest, kept)


def _buried(letter: DeadLetter) -> Buried:
    return Buried(
        signal=str(letter.signal),
        reason=letter.reason,
        buried=format_time(letter.buried_unix_nano) if letter.buried_unix_nano else "",
        received=format_time(letter.received_unix_nano) if letter.received_unix_nano else "",
        source=letter.source,
        items=letter.items,
        bytes=letter.bytes,
        file=str(letter.path),
    )
