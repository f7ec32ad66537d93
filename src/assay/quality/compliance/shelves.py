"""The library of frameworks and waivers: what comes with Assay, and what owners have written."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assay.core.errors import InvalidInput, NotFound
from assay.core.ports import Engine
from assay.core.refusals import refuse
from assay.core.statement import Statement
from assay.quality.compliance import framework as frameworks
from assay.quality.compliance import waivers
from assay.quality.compliance.check import COLUMNS, names
from assay.quality.compliance.framework import Framework, available, load, parse_framework
from assay.quality.compliance.waivers import Waiver, parse_waivers
from assay.quality.documents import Documents, Problem, locate


@dataclass(frozen=True, slots=True)
class Shelf:
    """All that can be used at a moment, and the problems of files, or parts of them, that cannot."""

    frameworks: dict[str, Framework]
    waivers: list[Waiver]
    problems: list[Problem]

    def find(self, name: str) -> Framework:
        """Return a framework.

        Raises:
            NotFound: there is none of that name; files that cannot be read are told too.
        """
        if name in self.frameworks:
            return self.frameworks[name]
        broken = "".join(f"; {problem}" for problem in self.problems if problem.kind != waivers.KIND)
        near = difflib.get_close_matches(name, self.frameworks, 1)
        hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(self.frameworks)}"
        raise NotFound("framework_unknown", f"There is no framework {name!r}{broken}", hint)


class Library:
    """Read frameworks and waivers anew whenever it is asked. Any thread may call."""

    def __init__(self, documents: Documents | None = None) -> None:
        """Add what is in `documents` to what comes with Assay."""
        self._documents = documents

    def read(self) -> Shelf:
        """Return what can be used now. What is wrong with one document takes nothing away from the others."""
        shelf = Shelf({name: load(name) for name in available()}, [], [])
        if self._documents is None:
            return shelf
        found = self._documents.read(frameworks.KIND, parse_framework)
        waived = self._documents.read(waivers.KIND, parse_waivers)
        shelf.problems.extend(dict.fromkeys([*found.problems, *waived.problems]))
        for each in found.documents:
            before = shelf.frameworks.get(each.id)
            if before is not None and before.document is not None:
                shelf.problems.append(_twice(each, before))
            else:
                shelf.frameworks[each.id] = each
        for waiver in (each for listed in waived.documents for each in listed):
            try:
                _refuse_unknown(waiver, shelf.frameworks)
                shelf.waivers.append(waiver)
            except InvalidInput as error:
                shelf.problems.append(locate(error, waiver.document.path, waiver.document.text, waivers.KIND))
        return shelf


def verify(framework: Framework, engine: Engine) -> Iterator[Problem]:
    """Ask the engine whether it understands the owner's own statements, and give the problem of each that it does not.

    None of them reads a row.
    """
    document = framework.document
    if document is None:
        return
    for index, statement in enumerate(framework.own.values()):
        try:
            _try(statement, f"checks[{index}].sql", engine)
        except InvalidInput as error:
            yield locate(error, document.path, document.text, frameworks.KIND)


def _try(statement: Statement, at: str, engine: Engine) -> None:
    trial = f"SELECT * FROM ({statement.text}\n) LIMIT 0"  # noqa: S608 - an owner may ask anything that reads
    wanted = {name: 0 if "Int" in kind else {} if kind.startswith("Map") else "" for name, kind in statement.parameters.items()}
    try:
        answer = engine.query_untrusted(trial, wanted)
    except InvalidInput as error:
        raise refuse(frameworks.CODE, at, error.message, error.hint or "try it with `assay sql`") from error
    assert not isinstance(answer, bytes)
    missing = [name for name in COLUMNS if name not in [column for column, _ in answer.columns]]
    if missing:
        raise refuse(frameworks.CODE, at, f"it gives no {', '.join(missing)}", f"select {', '.join(COLUMNS)}")


def _twice(second: Framework, first: Framework) -> Problem:
    assert second.document
    assert first.document
    reason = f"there is a framework {second.id} in {first.document.path} already"
    error = refuse(frameworks.CODE, "id", reason, "choose another id")
    return locate(error, second.document.path, second.document.text, frameworks.KIND)


def _refuse_unknown(waiver: Waiver, known: dict[str, Framework]) -> None:
    if waiver.check:
        checks = [*names(), *(name for framework in known.values() for name in framework.own)]
        _refuse_other(waiver, "check", waiver.check, checks)
        return
    _refuse_other(waiver, "framework", waiver.framework, list(known))
    _refuse_other(waiver, "control", waiver.control, [control.id for control in known[waiver.framework].controls])


def _refuse_other(waiver: Waiver, key: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        near = difflib.get_close_matches(value, known, 1)
        hint = f"did you mean {near[0]}?" if near else "see `assay compliance controls`"
        raise refuse(waivers.CODE, f"{waiver.at}.{key}", f"there is no {key} {value!r}", hint)
