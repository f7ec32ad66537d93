"""The registry: every attribute, span, event and metric that Assay knows by name, read from registry.yaml beside this file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute. `type` is string, int, double, boolean or string[]; `values` are all that is allowed, if that is limited.

    `format` is `rfc3339` for a time; `renamed_to` is the name that replaces it; `aliases` pairs other spellings with a value.
    """

    name: str
    type: str
    stability: str
    brief: str
    examples: tuple[Any, ...] = ()
    values: tuple[str, ...] = ()
    unit: str = ""
    format: str = ""
    renamed_to: str = ""
    aliases: tuple[tuple[str, str], ...] = ()
    group: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """A span, span event, event or metric, and the attributes that belong to it.

    `requirements` has for each attribute required, recommended, optional or opt_in. What an event is about (`subject`) makes
    its id, behind `id_prefix`, if it comes without; a metric has an `instrument` and a `unit`; a span has a `span_kind`.
    """

    name: str
    type: str
    stability: str
    brief: str
    requirements: Mapping[str, str]
    subject: tuple[str, ...] = ()
    id_prefix: str = ""
    instrument: str = ""
    unit: str = ""
    span_kind: str = ""

    @property
    def required(self) -> list[str]:
        return [name for name, level in self.requirements.items() if level == "required"]


@dataclass(frozen=True, slots=True)
class Registry:
    """All definitions by name; `groups` has the meaning of each group of attributes, `common` what every event may carry."""

    groups: Mapping[str, str]
    attributes: Mapping[str, Attribute]
    events: Mapping[str, Definition]
    spans: Mapping[str, Definition]
    span_events: Mapping[str, Definition]
    metrics: Mapping[str, Definition]
    common: Mapping[str, str]


@cache
def load() -> Registry:
    """Read the registry of this Assay."""
    return parse((files("assay.core") / "registry.yaml").read_text("utf-8"))


def parse(text: str) -> Registry:
    """Read a registry in the form of the OpenTelemetry semantic conventions."""
    groups = yaml.safe_load(text)["groups"]
    definitions: dict[str, dict[str, Definition]] = {"event": {}, "span": {}, "span_event": {}, "metric": {}}
    for group in groups:
        if group["type"] in definitions:
            definition = _definition(group)
            definitions[group["type"]][definition.name] = definition
    registries = {group["id"]: group for group in groups if group["id"].startswith("registry.")}
    common = next(group for group in groups if group["id"] == "attributes.qms.event.common")
    return Registry(
        groups={name: group["brief"] for name, group in registries.items()},
        attributes={
            given["id"]: _attribute(given, name) for name, group in registries.items() for given in group["attributes"]
        },
        events=definitions["event"],
        spans=definitions["span"],
        span_events=definitions["span_event"],
        metrics=definitions["metric"],
        common=_requirements(common),
    )


def _attribute(given: dict[str, Any], group: str) -> Attribute:
    kind, notes = given["type"], given.get("annotations", {})
    members = kind["members"] if isinstance(kind, dict) else ()
    return Attribute(
        name=given["id"],
        type="string" if members else kind,
        stability=given["stability"],
        brief=given["brief"],
        examples=tuple(given.get("examples", ())),
        values=tuple(member["value"] for member in members),
        unit=notes.get("unit", ""),
        format=notes.get("format", ""),
        renamed_to=given.get("deprecated", {}).get("renamed_to", ""),
        aliases=tuple(notes.get("aliases", {}).items()),
        group=group,
    )


def _definition(group: dict[str, Any]) -> Definition:
    notes = group.get("annotations", {})
    return Definition(
        name=group.get("metric_name") or group["name"],
        type=group["type"],
        stability=group["stability"],
        brief=group["brief"],
        requirements=_requirements(group),
        subject=tuple(notes.get("subject", ())),
        id_prefix=notes.get("id_prefix", ""),
        instrument=group.get("instrument", ""),
        unit=group.get("unit", ""),
        span_kind=group.get("span_kind", ""),
    )


def _requirements(group: dict[str, Any]) -> dict[str, str]:
    return {use["ref"]: use.get("requirement_level", "optional") for use in group["attributes"]}
