"""Frameworks: which controls there are, which checks speak for each, and what that comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import yaml

from assay.core.errors import InvalidInput, NotFound
from assay.core.lines import find_line
from assay.core.ports import Engine
from assay.core.refusals import refuse, refuse_unknown
from assay.quality.compliance.check import Outcome, names, run

CODE = "framework_invalid"
_FOLDER = "assay.quality.compliance.frameworks"
_WORST_FIRST = ("broken", "failed", "no_data")


@dataclass(frozen=True, slots=True)
class Control:
    """One requirement; without checks Assay says nothing about it."""

    id: str
    title: str
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Framework:
    id: str
    title: str
    controls: tuple[Control, ...]


@dataclass(frozen=True, slots=True)
class Assessed:
    """What a control came to: the worst of its checks (`broken`, `failed`, `no_data`, else `passed`), or `not_assessed`."""

    control: str
    title: str
    result: str
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """A framework in a window. `score` is the percentage of assessed controls that passed, null if none is assessed.

    What has no data or is broken is assessed and did not pass; what is not assessed counts neither way.
    """

    framework: str
    title: str
    start_ns: int
    end_ns: int
    score: float | None
    controls: tuple[Assessed, ...]
    outcomes: tuple[Outcome, ...]


def parse(text: str, file: str, known: Sequence[str]) -> Framework:
    """Read a framework whose checks are among `known`.

    Raises:
        InvalidInput: it is wrong; the message begins with file, line and key.
    """
    try:
        return _framework(yaml.safe_load(text), known)
    except yaml.YAMLError as error:
        raise InvalidInput(CODE, f"{file}: {error}", "check the YAML syntax") from error
    except InvalidInput as error:
        line = find_line(text, error.message.partition(": ")[0])
        raise InvalidInput(CODE, f"{file}:{line or 1}: {error.message}", error.hint) from error


def load(name: str) -> Framework:
    """Read a framework that comes with Assay.

    Raises:
        NotFound: there is none of that name.
    """
    if name not in available():
        raise NotFound("framework_unknown", f"There is no framework {name!r}", f"known are {', '.join(available())}")
    file = f"{name}.yaml"
    return parse((files(_FOLDER) / file).read_text("utf-8"), file, names())


def available() -> list[str]:
    """Return the names of the frameworks that come with Assay."""
    return sorted(entry.name.removesuffix(".yaml") for entry in files(_FOLDER).iterdir() if entry.name.endswith(".yaml"))


def assess(engine: Engine, framework: Framework, start_ns: int, end_ns: int) -> Assessment:
    """Run each check of a framework once, over a window in nanoseconds since 1970."""
    wanted = sorted({name for control in framework.controls for name in control.checks})
    outcomes = {name: run(engine, name, start_ns, end_ns) for name in wanted}
    controls = tuple(
        Assessed(control.id, control.title, _worst([outcomes[name].result for name in control.checks]), control.checks)
        for control in framework.controls
    )
    results = [control.result for control in controls if control.result != "not_assessed"]
    score = 100 * results.count("passed") / len(results) if results else None
    return Assessment(framework.id, framework.title, start_ns, end_ns, score, controls, tuple(outcomes.values()))


def _worst(results: Sequence[str]) -> str:
    if not results:
        return "not_assessed"
    return next((result for result in _WORST_FIRST if result in results), "passed")


def _framework(given: Any, known: Sequence[str]) -> Framework:
    if not isinstance(given, Mapping):
        raise refuse(CODE, "kind", "the document is no mapping", "write kind: compliance_framework in it")
    refuse_unknown(CODE, given, ("kind", "id", "title", "controls"), "")
    if given.get("kind") != "compliance_framework":
        raise refuse(CODE, "kind", f"{given.get('kind')!r} is no framework", "write compliance_framework")
    controls = given.get("controls")
    if not isinstance(controls, list) or not controls:
        raise refuse(CODE, "controls", "it is no list of controls", "write a list of id, title and checks")
    read = tuple(_control(each, f"controls[{index}]", known) for index, each in enumerate(controls))
    ids = [control.id for control in read]
    for index, each in enumerate(ids):
        if each in ids[:index]:
            raise refuse(CODE, f"controls[{index}].id", f"{each} is there twice", "give each control an id of its own")
    return Framework(_text(given, "id", ""), _text(given, "title", ""), read)


def _control(given: Any, at: str, known: Sequence[str]) -> Control:
    if not isinstance(given, Mapping):
        raise refuse(CODE, at, "it is no mapping", "write id, title and checks")
    refuse_unknown(CODE, given, ("id", "title", "checks"), at)
    checks = given.get("checks", [])
    if not isinstance(checks, list):
        raise refuse(CODE, f"{at}.checks", "it is no list", "write a list of names of checks")
    refuse_unknown(CODE, dict.fromkeys(map(str, checks)), known, f"{at}.checks")
    return Control(_text(given, "id", f"{at}."), _text(given, "title", f"{at}."), tuple(map(str, checks)))


def _text(given: Mapping[str, Any], key: str, at: str) -> str:
    value = given.get(key)
    if not isinstance(value, str) or not value:
        raise refuse(CODE, f"{at}{key}", "it is no text", "write a text")
    return value
