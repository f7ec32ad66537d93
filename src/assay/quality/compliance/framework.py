"""Frameworks: which controls there are, and which checks speak for each."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from assay.core.errors import NotFound
from assay.core.refusals import refuse, refuse_together, refuse_unknown, refuse_wrong
from assay.core.statement import Statement
from assay.quality.compliance.check import COLUMNS, TOLD, names
from assay.quality.documents import Document, parse_document

KIND, CODE = "compliance_framework", "framework_invalid"
REPORTED = "reported"
"""The check of a control that services report themselves."""

_FOLDER = "assay.quality.compliance.frameworks"
_KEYS = ("kind", "id", "title", "extends", "reported_as", "checks", "controls")
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Control:
    """One requirement; without checks, Assay says nothing about it unless services report it."""

    id: str
    title: str
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Framework:
    """Controls, and the checks that are the owner's `own`, by name: `<framework>/<name>`.

    Reports of services are about it if they name its id or one of `reported_as`. `document` is None for what comes with Assay.
    """

    id: str
    title: str
    controls: tuple[Control, ...]
    reported_as: tuple[str, ...] = ()
    own: Mapping[str, Statement] = field(default_factory=dict)
    document: Document | None = None


def parse_framework(document: Document) -> Framework:
    """Read a framework that an owner has written; what its statements mean to the engine is checked elsewhere.

    Raises:
        InvalidInput: it is wrong; the message begins with the path of the key.
    """
    given = document.content
    if given.get("id") in available() and given.get("extends") != given["id"]:
        hint = f"write extends: {given['id']} to add to it, or choose another id"
        raise refuse(CODE, "id", f"{given['id']} comes with Assay", hint)
    return replace(_framework(given), document=document)


@cache
def load(name: str) -> Framework:
    """Read a framework that comes with Assay.

    Raises:
        NotFound: there is none of that name.
    """
    if name not in available():
        raise NotFound("framework_unknown", f"There is no framework {name!r}", f"known are {', '.join(available())}")
    file = f"{name}.yaml"
    return _framework(parse_document((files(_FOLDER) / file).read_text("utf-8"), Path(file)).content)


@cache
def available() -> tuple[str, ...]:
    """Return the names of the frameworks that come with Assay."""
    found = (entry.name.removesuffix(".yaml") for entry in files(_FOLDER).iterdir() if entry.name.endswith(".yaml"))
    return tuple(sorted(found))


def _framework(given: Mapping[str, Any]) -> Framework:
    parts: dict[str, Callable[[], object]] = {
        "id": partial(_id, given),
        "extends": partial(_base, given),
        "title": partial(_title, given),
        "reported_as": partial(_texts, given, "reported_as"),
        "checks": partial(_own, given.get("checks", []), str(given.get("id"))),
        "controls": partial(_controls, given),
    }
    refuse_wrong(CODE, given, _KEYS, "", parts)
    key, base = _id(given), _base(given)
    own = _own(given.get("checks", []), key)
    inherited = {control.id: control for control in base.controls} if base else {}
    merged = inherited | {control.id: _named(control, own, key) for control in _controls(given)}
    aliases = (*(base.reported_as if base else ()), *_texts(given, "reported_as"))
    return Framework(key, _title(given), tuple(merged.values()), (*aliases, *([base.id] if base else [])), own)


def _id(given: Mapping[str, Any]) -> str:
    key = _text(given, "id", "")
    if not ID.fullmatch(key):
        raise refuse(CODE, "id", f"{key!r} is no id", "use letters, digits, and . _ - between them")
    return key


def _title(given: Mapping[str, Any]) -> str:
    if "title" not in given and given.get("extends") in available():
        return load(given["extends"]).title
    return _text(given, "title", "")


def _controls(given: Mapping[str, Any]) -> list[Control]:
    base = load(given["extends"]) if given.get("extends") in available() else None
    controls = given.get("controls", [] if base else None)
    if not isinstance(controls, list) or not (controls or base):
        raise refuse(CODE, "controls", "it is no list of controls", "write a list of id, title and checks")
    checks = given.get("checks", [])
    # Also those that are wrong: their names are known, and that they are wrong is told at their place.
    own = [each.get("name") for each in checks if isinstance(each, Mapping)] if isinstance(checks, list) else []
    known = [*names(), REPORTED, *(str(name) for name in own)]
    inherited = {control.id: control for control in base.controls} if base else {}
    reads = [partial(_control, each, f"controls[{index}]", known, inherited) for index, each in enumerate(controls)]
    refuse_together(*reads)
    read = [each() for each in reads]
    refuse_together(*(partial(_refuse_second, read, index) for index in range(len(read))))
    return read


def _refuse_second(controls: Sequence[Control], index: int) -> None:
    if (key := controls[index].id) in [before.id for before in controls[:index]]:
        raise refuse(CODE, f"controls[{index}].id", f"{key} is there twice", "give each control an id of its own")


def _base(given: Mapping[str, Any]) -> Framework | None:
    if "extends" not in given:
        return None
    if given["extends"] not in available():
        raise refuse(CODE, "extends", f"{given['extends']!r} does not come with Assay", f"known are {', '.join(available())}")
    return load(given["extends"])


def _own(given: Any, framework: str) -> dict[str, Statement]:
    if not isinstance(given, list):
        raise refuse(CODE, "checks", "it is no list of checks", "write a list of name, why and sql")
    own: dict[str, Statement] = {}
    refuse_together(*(partial(_check, each, f"checks[{index}]", framework, own) for index, each in enumerate(given)))
    return own


def _check(given: Any, at: str, framework: str, own: dict[str, Statement]) -> None:
    """Read a check and put it to the others."""
    if not isinstance(given, Mapping):
        raise refuse(CODE, at, "it is no mapping", "write name, why and sql")
    wanted = ["name", "why", "sql", *(["next"] if "next" in given else [])]
    texts = {key: partial(_text, given, key, f"{at}.") for key in wanted}
    refuse_wrong(CODE, given, ("name", "why", "next", "sql"), at, texts)
    name, text = given["name"], given["sql"]
    if not NAME.fullmatch(name):
        raise refuse(CODE, f"{at}.name", f"{name!r} is no name", "use small letters, digits and _")
    if name in (*names(), REPORTED) or f"{framework}/{name}" in own:
        raise refuse(CODE, f"{at}.name", f"there is a check {name} already", "choose another name")
    parameters = Statement.parse(name, text).parameters
    refuse_unknown(CODE, parameters, TOLD, f"{at}.sql")
    gives = f"one row with {', '.join(COLUMNS)} per thing"
    header = {"why": given["why"], "next": given.get("next", ""), "reads": "", "gives": gives}
    own[f"{framework}/{name}"] = Statement(f"{framework}/{name}", text, header, parameters)


def _control(given: Any, at: str, known: Sequence[str], inherited: Mapping[str, Control]) -> Control:
    if not isinstance(given, Mapping):
        raise refuse(CODE, at, "it is no mapping", "write id, title and checks")
    refuse_unknown(CODE, given, ("id", "title", "checks"), at)
    checks = given.get("checks", [])
    if not isinstance(checks, list):
        raise refuse(CODE, f"{at}.checks", "it is no list", "write a list of names of checks")
    refuse_unknown(CODE, dict.fromkeys(map(str, checks)), known, f"{at}.checks")
    key = _text(given, "id", f"{at}.")
    before = inherited.get(key)
    title = before.title if before and "title" not in given else _text(given, "title", f"{at}.")
    listed = dict.fromkeys([*(before.checks if before else ()), *map(str, checks)])
    return Control(key, title, tuple(listed))


def _named(control: Control, own: Mapping[str, Statement], framework: str) -> Control:
    """Give the checks of the owner their full names."""
    full = (f"{framework}/{name}" if f"{framework}/{name}" in own else name for name in control.checks)
    return replace(control, checks=tuple(full))


def _texts(given: Mapping[str, Any], key: str) -> list[str]:
    values = given.get(key, [])
    if not isinstance(values, list) or not all(isinstance(each, str) and each for each in values):
        raise refuse(CODE, key, "it is no list of texts", "write such as [SOC2, SOC 2]")
    return values


def _text(given: Mapping[str, Any], key: str, at: str) -> str:
    value = given.get(key)
    if not isinstance(value, str) or not value:
        raise refuse(CODE, f"{at}{key}", "it is no text", "write a text")
    return value
