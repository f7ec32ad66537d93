"""Criteria: one comparison each, with a fixed value, what was measured when the gate passed before, or what runs beside it."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assay.core.errors import InvalidInput
from assay.core.refusals import refuse, refuse_unknown
from assay.quality.baselines import parse_against
from assay.quality.comparison import Comparison
from assay.quality.gates.units import Quantity

CODE = "gate_invalid"
MISSING, ZERO = "missing_baseline", "zero_baseline"

_CRITERION = re.compile(
    r"(?P<operator><=|>=|==?|<|>) *(?P<sign>[+-]?) *(?P<number>\d+(\.\d+)?([eE][+-]?\d+)?) *(?P<unit>[^\s\d]\S*)?"
    r"(?P<baseline> +of +baseline)?"
)
_TEST = re.compile(r"not +worse +than +(?P<against>.+?)( +by +(?P<number>\d{1,4}(\.\d+)?) ?%)?")
_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le, "<": operator.lt, ">=": operator.ge, ">": operator.gt, "=": operator.eq, "==": operator.eq,
}  # fmt: skip
_POINTS = "pp"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One comparison. `kind` is `absolute`, or, of a baseline, `percent` (`amount` is a share of it) or `shift`.

    A `test` asks whether it is worse than what it is held `against`; `amount` is the share by which it may be.
    """

    text: str
    operator: str
    kind: str
    amount: float
    against: str = ""

    @property
    def is_relative(self) -> bool:
        """Whether it needs what was measured when the gate passed before."""
        return self.kind in ("percent", "shift")


@dataclass(frozen=True, slots=True)
class Held:
    """What one criterion came to; `holds` is null if it cannot be decided, and `outcome` says why.

    `limit` is the value that was compared with; `comparison` has the figures of a test.
    """

    text: str
    holds: bool | None
    outcome: str
    limit: float | None
    reason: str
    comparison: Comparison | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """The criteria of a level: all of one group must hold, whichever group it is."""

    groups: tuple[tuple[Criterion, ...], ...]

    def __str__(self) -> str:
        return " or ".join(" and ".join(each.text for each in group) for group in self.groups)

    def __iter__(self) -> Iterator[Criterion]:
        return (criterion for group in self.groups for criterion in group)


def parse_target(given: Any, quantity: Quantity, at: str) -> Target:
    """Read a criterion, a list of which all must hold, or `any:` with a list of those of which one must.

    Raises:
        InvalidInput: it is none, or a criterion does not fit the quantity.
    """
    if isinstance(given, dict):
        refuse_unknown(CODE, given, ["any"], at)
        groups = given.get("any")
        if not isinstance(groups, list) or not groups:
            raise refuse(CODE, f"{at}.any", "it is no list of criteria", 'write any: ["<= 1%", "<= +10% of baseline"]')
        return Target(tuple(_group(each, quantity, f"{at}.any[{number}]") for number, each in enumerate(groups)))
    return Target((_group(given, quantity, at),))


def parse_criterion(text: Any, quantity: Quantity, at: str) -> Criterion:
    """Read one criterion such as `<= 1%`, `<= 500ms`, `>= 5/s`, `<= +10% of baseline` or `not worse than version 1.4.1 by 10%`.

    Raises:
        InvalidInput: it is none, or its unit is none of the quantity.
    """
    if isinstance(text, str) and (test := _TEST.fullmatch(text.strip())):
        return _test(text.strip(), test, at)
    match = _CRITERION.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        hint = f"write such as '<= {quantity.example}', '<= +10% of baseline' or 'not worse than version 1.4.1'"
        raise refuse(CODE, at, f"{text!r} is no criterion", hint)
    amount = float(match["number"]) * (-1 if match["sign"] == "-" else 1)
    unit, sign, name = match["unit"] or "", match["sign"], match["operator"].replace("==", "=")
    try:
        if match["baseline"]:
            if not sign:
                raise ValueError("a change of the baseline begins with + or -")
            return Criterion(text.strip(), name, *_change(amount, unit, quantity))
        if sign == "+" or (sign and quantity.dimension != "number"):
            raise ValueError("a sign makes it a change, and it does not say of what")
        return Criterion(text.strip(), name, "absolute", quantity.read(amount, unit))
    except ValueError as error:
        hint = f"write such as '{name} {quantity.example}', or '{name} +10% of baseline' for a change"
        raise refuse(CODE, at, f"{text!r}: {error}", hint) from None


def decide(criterion: Criterion, value: float, baseline: float | None, quantity: Quantity) -> Held:
    """Compare a value by a criterion that is no test.

    A percentage of a baseline of 0 says nothing, except that a value of 0 has not changed: the change is then 0 %.
    """
    if not criterion.is_relative:
        return _compare(criterion, value, criterion.amount, quantity)
    if baseline is None:
        return Held(criterion.text, None, MISSING, None, "no earlier evaluation passed that it could be compared with")
    if criterion.kind == "shift":
        return _compare(criterion, value, baseline + criterion.amount, quantity)
    if baseline == 0:
        if value == 0:
            holds = _OPERATORS[criterion.operator](0, criterion.amount)
            return Held(criterion.text, holds, "", 0, "baseline and value are both 0, a change of 0%")
        return Held(criterion.text, None, ZERO, None, f"the baseline is 0, and no percentage of it is {quantity.show(value)}")
    return _compare(criterion, value, baseline + abs(baseline) * criterion.amount, quantity)


def combine(held: Sequence[Sequence[Held]]) -> Held | None:
    """Return the criterion that decides a target, or None if there is none left.

    That is one of a group that holds, else one that nobody can tell, else one that fails. Its reason is that of all which came
    to the same: what did not hold is said whole.
    """
    groups = [_worst(group) for group in held if group]
    best = max(groups, key=lambda each: {True: 2, None: 1, False: 0}[each.holds], default=None)
    if best is None or best.holds:
        return best
    return replace(best, reason="; ".join(each.reason for each in groups if each.holds is best.holds))


def _worst(group: Sequence[Held]) -> Held:
    worst = min(group, key=lambda each: {False: 0, None: 1, True: 2}[each.holds])
    return replace(worst, reason=", ".join(each.reason for each in group if each.holds is worst.holds))


def _compare(criterion: Criterion, value: float, limit: float, quantity: Quantity) -> Held:
    # 1 - 1/1000 and 99.9/100 are not the same float, and the same share.
    same = math.isclose(value, limit, rel_tol=1e-9, abs_tol=1e-15)
    holds = _OPERATORS[criterion.operator](limit if same else value, limit)
    shown = f"{quantity.show(value)} {criterion.operator} {quantity.show(limit)}"
    of = f" ({criterion.text})" if criterion.is_relative else ""
    return Held(criterion.text, holds, "", limit, f"{shown}{of} {'holds' if holds else 'does not hold'}")


def _test(text: str, match: re.Match[str], at: str) -> Criterion:
    try:
        against = parse_against(match["against"])
    except InvalidInput as error:
        raise refuse(CODE, at, error.message, error.hint) from None
    return Criterion(text, "<=", "test", float(match["number"] or 0) / 100, against.text)


def _group(given: Any, quantity: Quantity, at: str) -> tuple[Criterion, ...]:
    if not isinstance(given, list):
        return (parse_criterion(given, quantity, at),)
    if not given:
        raise refuse(CODE, at, "the list is empty", f"write such as '<= {quantity.example}'")
    return tuple(parse_criterion(each, quantity, f"{at}[{number}]") for number, each in enumerate(given))


def _change(amount: float, unit: str, quantity: Quantity) -> tuple[str, float]:
    if unit == "%":
        return "percent", amount / 100
    if unit == _POINTS and quantity.dimension == "share":
        return "shift", amount / 100
    return "shift", quantity.read(amount, unit)
