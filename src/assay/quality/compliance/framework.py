"""Frameworks: which controls there are, and which checks speak for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import yaml

from assay.core.errors import InvalidInput, NotFound
from assay.core.lines import find_line
from assay.core.refusals import refuse, refuse_unknown
from assay.quality.compliance.check import names

CODE = "framework_invalid"
_FOLDER = "assay.quality.compliance.frameworks"


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
