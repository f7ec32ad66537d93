"""Bands of the DORA metrics, which belong to the edition of the report that found them."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

_COMPARISONS = {"at_least": operator.ge, "above": operator.gt, "below": operator.lt, "at_most": operator.le}


@dataclass(frozen=True, slots=True)
class Edition:
    """Bands of one report. `recovery` names the metric that it calls recovery, `note` is what one must know to read them."""

    name: str
    source: str
    recovery: str
    note: str
    rules: Mapping[str, list[dict[str, Any]]]

    @property
    def metrics(self) -> dict[str, str]:
        """The metrics that have bands, each with the name of its rules."""
        return {
            "deployment_days_per_week": "deployment_frequency",
            "change_lead_time": "change_lead_time",
            "change_failure_rate": "change_failure_rate",
            self.recovery: "recovery_time",
        }

    def band(self, metric: str, values: Mapping[str, float | None]) -> str | None:
        """Return the band of a metric, or None if a value is missing or no rule of the edition holds.

        `metric` is `deployment_frequency`, `change_lead_time`, `change_failure_rate` or `recovery_time`; `values` has what the
        rules name, see bands.yaml.
        """
        if None in values.values():
            return None
        return next((str(rule["band"]) for rule in self.rules[metric] if _holds(rule, values)), None)


@cache
def editions() -> dict[str, Edition]:
    """Read the editions, by name, the oldest first."""
    given = yaml.safe_load((files("assay.quality") / "bands.yaml").read_text("utf-8"))["editions"]
    return {
        name: Edition(name, each["source"], each["recovery"], each.get("note", ""), {
            metric: rules for metric, rules in each.items() if isinstance(rules, list)
        })
        for name, each in given.items()
    }  # fmt: skip


def _holds(rule: Mapping[str, Any], values: Mapping[str, float | None]) -> bool:
    value = values.get(rule.get("key", ""))
    return all(value is not None and compare(value, rule[name]) for name, compare in _COMPARISONS.items() if name in rule)
