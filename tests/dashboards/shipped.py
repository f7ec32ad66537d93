"""What the shipped dashboards and rules ask, query by query."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import yaml

from assay.dashboards import shipped


@cache
def boards() -> dict[str, dict[str, Any]]:
    """Return the dashboards by the names of their files."""
    return {name.removesuffix(".json"): json.loads(text) for name, text in shipped().items() if name.endswith(".json")}


def queries() -> list[tuple[str, str]]:
    """Return the queries of all panels with their places, such as `services: Requests`."""
    return [
        (f"{name}: {panel['title']}", target["expr"])
        for name, board in boards().items()
        for panel in board["panels"]
        for target in panel["targets"]
    ]


def rules() -> list[tuple[str, str]]:
    """Return the expressions of all rules with their names."""
    return [(each.get("alert") or each["record"], each["expr"]) for each in _rules()]


def _rules() -> Iterator[dict[str, Any]]:
    for group in yaml.safe_load(shipped()["rules.yaml"])["groups"]:
        yield from group["rules"]
