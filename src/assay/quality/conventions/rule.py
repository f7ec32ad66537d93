"""A rule: a statement whose header also says how much it weighs and what to change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from assay.core.errors import InvalidInput
from assay.core.statement import Statement, load_all

_TOPICS = ("names", "attributes", "resource", "traces", "errors", "logs", "metrics")


@dataclass(frozen=True, slots=True)
class Rule:
    """`weight` is 5 for what breaks the telemetry, 3 for what makes it much less useful, 1 for the rest.

    `looks_at` says what is counted; `why` it matters; `change` what to do about it. The statement gives one row per service to
    which the rule applies: `service`, `checked`, `found` (how many of these are wrong) and `offenders`.
    """

    name: str
    title: str
    topic: str
    weight: int
    looks_at: str
    why: str
    change: str
    statement: Statement


@cache
def rules() -> tuple[Rule, ...]:
    """Return all rules, by topic and with the weightiest first."""
    read = [_rule(statement) for statement in load_all("assay.quality.conventions.rules")]
    return tuple(sorted(read, key=lambda rule: (_TOPICS.index(rule.topic), -rule.weight, rule.name)))


def find_rules(names: Sequence[str]) -> tuple[Rule, ...]:
    """Return the rules of these names, or all if there is no name.

    Raises:
        InvalidInput: there is no rule of a name.
    """
    known = {rule.name: rule for rule in rules()}
    if unknown := sorted(set(names) - known.keys()):
        raise InvalidInput("rule_unknown", f"There is no rule {unknown[0]!r}", f"use one of {', '.join(known)}")
    return tuple(rule for rule in rules() if not names or rule.name in names)


def _rule(statement: Statement) -> Rule:
    told = statement.header
    return Rule(
        name=statement.name,
        title=told["title"],
        topic=told["topic"],
        weight=int(told["weight"]),
        looks_at=told["looks_at"],
        why=told["why"],
        change=told["change"],
        statement=statement,
    )
