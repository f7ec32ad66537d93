"""The assessor: it runs the checks of frameworks, keeps what they came to, and tells what was kept."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

from assay.core.errors import Retryable
from assay.core.ports import Emit, Engine
from assay.core.statement import load as load_statement
from assay.quality.compliance.assessment import FORMULAS, Assessment, assess, format_time, run_checks
from assay.quality.compliance.check import Evidence
from assay.quality.compliance.recording import FOLDER, events_of, read
from assay.quality.compliance.reports import read_reports
from assay.quality.compliance.shelves import Library, Shelf, verify


@dataclass(frozen=True, slots=True)
class Point:
    """A score at the time of a recorded assessment, null if there was none; `passed` of its `assessed` controls passed."""

    assessment: str
    framework: str
    time: str
    start_ns: int
    end_ns: int
    scheduled: bool
    score: float | None
    passed: int
    assessed: int
    of: int


@dataclass(frozen=True, slots=True)
class History:
    """How a score went, the newest first, and how it is computed."""

    formula: str
    points: list[Point]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the assessment that runs now is: `done` of `of` checks, of which `check` is next; `of` is 0 if none runs."""

    done: int = 0
    of: int = 0
    check: str = ""


class Assessor:
    """Assess frameworks. An assessment that is kept is answered once its events are safe; any thread may call."""

    def __init__(
        self,
        engine: Engine,
        emit: Emit | None = None,
        clock: Callable[[], int] = time.time_ns,
        evidence: Callable[[Engine], Evidence] | None = None,
        library: Library | None = None,
    ) -> None:
        """Keep assessments through `emit`, if there is one; `clock` gives nanoseconds since 1970.

        `evidence` makes over an engine what checks are told about Assay itself; `library` has what owners have written.
        """
        self._engine = engine
        self._emit = emit
        self._clock = clock
        self._evidence = evidence
        self._library = library or Library()
        self._turn = _Turn()

    def over(self, engine: Engine) -> Assessor:
        """Return the same one, asked of another engine."""
        other = copy(self)
        other._engine = engine
        return other

    @property
    def progress(self) -> Progress:
        """How far the assessment is that runs now, over whatever engine."""
        return self._turn.progress

    def look(self, framework: str, start_ns: int, end_ns: int) -> Assessment:
        """Run the checks of a framework and keep nothing.

        Raises:
            NotFound: there is no such framework.
        """
        return self._assess([framework], start_ns, end_ns, kept=False)[0]

    def check(self, frameworks: Sequence[str], start_ns: int, end_ns: int, scheduled: bool = False) -> list[Assessment]:
        """Run each check of the frameworks once, keep what they came to, and return that.

        Raises:
            NotFound: there is no such framework.
            Retryable: it could not be kept for now.
        """
        if self._emit is None:
            raise Retryable("intake_unavailable", "Intake does not run, so nothing can be kept", "try again later")
        assessments = self._assess(frameworks, start_ns, end_ns, kept=True)
        now = self._clock()
        self._emit([event for each in assessments for event in events_of(each, now, scheduled)])
        return assessments

    def read(self, key: str) -> Assessment:
        """Return a recorded assessment; raises NotFound if there is none with this id."""
        return read(self._engine, key)

    def history(
        self, start_ns: int, end_ns: int, limit: int, *, framework: str = "", control: str = "", service: str = ""
    ) -> History:
        """Return the scores of a framework (or of all), or of one of its controls, or of a service in it."""
        about = {"framework": framework, "control": control, "service": service}
        parameters = {"start": start_ns, "end": end_ns, "limit": limit, **about}
        rows = self._engine.query(load_statement(FOLDER, "list_scores"), parameters).dicts()
        formula = FORMULAS["control" if control else "service" if service else "framework"]
        return History(formula, [_point(row) for row in rows])

    def last_scheduled(self) -> dict[str, int]:
        """Return when the schedule last assessed each framework, in nanoseconds since 1970."""
        rows = self._engine.query(load_statement(FOLDER, "last_scores")).dicts()
        return {row["framework"]: int(row["scheduled_ns"]) for row in rows}

    def names(self) -> list[str]:
        """Return the names of the frameworks that there are now."""
        return list(self._library.read().frameworks)

    def read_library(self) -> Shelf:
        """Return the frameworks and waivers as they are now, and the problems of files and of owners' statements."""
        shelf = self._library.read()
        shelf.problems.extend(problem for each in shelf.frameworks.values() for problem in verify(each, self._engine))
        return shelf

    def _assess(self, names: Sequence[str], start_ns: int, end_ns: int, kept: bool) -> list[Assessment]:
        shelf = self._library.read()
        frameworks = [shelf.find(name) for name in names]
        evidence = self._evidence(self._engine) if self._evidence else None
        with self._turn as note:
            ran = run_checks(self._engine, frameworks, start_ns, end_ns, evidence, waivers=shelf.waivers, note=note)
            reported = [read_reports(self._engine, each, start_ns, end_ns) for each in frameworks]
        now = self._clock()
        problems = [str(problem) for problem in shelf.problems]
        return [
            assess(
                framework,
                ran,
                now,
                secrets.token_hex(12) if kept else "",
                reports=reports,
                waivers=shelf.waivers,
                problems=[*problems, *strange],
            )
            for framework, (reports, strange) in zip(frameworks, reported, strict=True)
        ]


class _Turn:
    """Checks read much, so those of one question wait for those of another; what the turn gives is told how far they are."""

    def __init__(self) -> None:
        self.progress = Progress()
        self._lock = threading.Lock()

    def __enter__(self) -> Callable[[int, int, str], None]:
        self._lock.acquire()
        return self._note

    def __exit__(self, *_: object) -> None:
        self.progress = Progress()
        self._lock.release()

    def _note(self, done: int, of: int, check: str) -> None:
        self.progress = Progress(done, of, check)


def _point(row: dict[str, Any]) -> Point:
    kept = {name: row[name] for name in Point.__slots__ if name not in ("time", "scheduled")}
    return Point(time=format_time(row["time_ns"]), scheduled=bool(row["scheduled"]), **kept)
