"""From policies to expressions over what is known of a trace: who samples it, and how likely that was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from assay.policies.sampling import model
from assay.policies.sampling.conditions import condition
from assay.policies.sampling.literals import any_of, quote
from assay.policies.sampling.refusal import PolicyRefused

RANDOM = 1 << 56
"""The randomness of a trace is a number below this; the traces that are kept are those with the most."""
_MOST_CONDITIONS = 64


@dataclass(frozen=True, slots=True)
class Limit:
    """A token bucket: traces for which `candidate` holds spend their `size` (a column) from it."""

    candidate: str
    size: str
    per_second: float
    burst: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one policy says of a trace.

    `sampled` is a condition; `probability` is the chance that it had to hold, given that it does, or empty for 1; `label` is
    the expression of the name under which it keeps a trace, or empty for its own name.
    """

    name: str
    sampled: str
    probability: str = ""
    label: str = ""
    inverted: bool = False
    drops: bool = False


@dataclass(slots=True)
class Compilation:
    """What the policies need that were compiled so far."""

    conditions: list[str] = field(default_factory=list)
    """Conditions on spans; the place of one is its bit in `Hits`."""
    limits: list[Limit] = field(default_factory=list)
    salts: list[str] = field(default_factory=list)
    needs_bytes: bool = False
    volumes: list[str] = field(default_factory=list)
    """Rates in spans a second over which an operation is one of high volume."""

    def compile(self, policy: model.Policy, path: Sequence[str | int], when: str = "") -> Verdict:
        """Return the verdict of a policy that is asked only `when` a condition holds (empty: always).

        Raises:
            PolicyRefused: it cannot be translated, or there are too many conditions.
        """
        if sql := condition(policy, path):
            inverted = bool(getattr(policy.options, "invert_match", False))
            hit = f"bitTest(Hits, {self._bit(sql, path)})"
            return Verdict(policy.name, f"NOT {hit}" if inverted else hit, inverted=inverted)
        write = getattr(self, f"_{policy.type}")
        verdict: Verdict = write(policy.name, policy.type == "always_sample" or policy.options, path, when)
        return verdict

    def _bit(self, sql: str, path: Sequence[str | int]) -> int:
        if sql not in self.conditions:
            if len(self.conditions) == _MOST_CONDITIONS:
                raise PolicyRefused(
                    path, f"there are more than {_MOST_CONDITIONS} different conditions on spans",
                    "put values of one attribute into one list, or join conditions in a sql_condition",
                )  # fmt: skip
            self.conditions.append(sql)
        return self.conditions.index(sql)

    def _always_sample(self, name: str, _options: Any, _path: Sequence[str | int], _when: str) -> Verdict:
        return Verdict(name, "true")

    def _latency(self, name: str, options: model.Latency, _path: Sequence[str | int], _when: str) -> Verdict:
        sampled = f"Milliseconds > {options.threshold_ms}"
        if options.upper_threshold_ms:
            sampled = f"({sampled} AND Milliseconds <= {options.upper_threshold_ms})"
        return Verdict(name, sampled)

    def _span_count(self, name: str, options: model.SpanCount, _path: Sequence[str | int], _when: str) -> Verdict:
        sampled = f"Spans >= {options.min_spans}"
        if options.max_spans:
            sampled = f"({sampled} AND Spans <= {options.max_spans})"
        return Verdict(name, sampled)

    def _probabilistic(self, name: str, options: model.Probabilistic, _path: Sequence[str | int], _when: str) -> Verdict:
        # As it is written: 10 percent is not quite 0.1 in binary, and others who decide by the same rule round it once.
        share = Fraction(str(options.sampling_percentage)) / 100
        if share >= 1:
            return Verdict(name, "true")
        if share <= 0:
            return Verdict(name, "false")
        rank = "Rank"
        if options.hash_salt:
            if options.hash_salt not in self.salts:
                self.salts.append(options.hash_salt)
            rank = f"Rank_{self.salts.index(options.hash_salt)}"
        return Verdict(name, f"{rank} >= {round((1 - share) * RANDOM)}", f"{float(share)!r}")

    def _high_volume(self, name: str, options: model.HighVolume, path: Sequence[str | int], _when: str) -> Verdict:
        rate = f"{options.spans_per_second:.17g}"
        if rate not in self.volumes:
            self.volumes.append(rate)
        sampled = f"Busy_{self.volumes.index(rate)}"
        if options.operations:
            named = " OR ".join(
                any_of(column, options.operations) for column in ("SpanName", "concat(ServiceName, '/', SpanName)")
            )
            bit = self._bit(f"ParentSpanId = '' AND ({named})", path)
            sampled = f"({sampled} OR bitTest(Hits, {bit}))"
        return Verdict(name, sampled)

    def _rate_limiting(self, name: str, options: model.RateLimiting, _path: Sequence[str | int], when: str) -> Verdict:
        rate = options.spans_per_second
        return self._limited(Verdict(name, when or "true"), "Spans", rate, options.burst_capacity or 2 * rate)

    def _bytes_limiting(self, name: str, options: model.BytesLimiting, _path: Sequence[str | int], when: str) -> Verdict:
        self.needs_bytes = True
        rate = options.bytes_per_second
        return self._limited(Verdict(name, when or "true"), "Bytes", rate, options.burst_capacity or 2 * rate)

    def _limited(self, verdict: Verdict, size: str, per_second: float, burst: float) -> Verdict:
        """Return the verdict with what a token bucket leaves of it."""
        number = len(self.limits)
        self.limits.append(Limit(verdict.sampled, size, per_second, burst))
        chance = f"Chance_{number}"
        return Verdict(verdict.name, f"Within_{number}", f"{chance} * {verdict.probability}" if verdict.probability else chance)

    def _and(self, name: str, options: model.And, path: Sequence[str | int], when: str) -> Verdict:
        return self._all(name, options.and_sub_policy, [*path, "and", "and_sub_policy"], when)

    def _drop(self, name: str, options: model.Drop, path: Sequence[str | int], when: str) -> Verdict:
        if len(path) != 2:
            raise PolicyRefused([*path, "type"], "drop stands inside another policy", "move it to the list of policies")
        every = self._all(name, options.drop_sub_policy, [*path, "drop", "drop_sub_policy"], when)
        return Verdict(name, every.sampled, drops=True)

    def _all(self, name: str, policies: Sequence[model.Policy], path: Sequence[str | int], when: str) -> Verdict:
        sampled, chances, asked = [], [], [when] if when else []
        for index, policy in enumerate(policies):
            verdict = self.compile(policy, [*path, index], " AND ".join(asked))
            sampled.append(verdict.sampled)
            asked.append(verdict.sampled)
            chances += [verdict.probability] if verdict.probability else []
        return Verdict(name, _join("AND", sampled), _fold("least", chances))

    def _not(self, name: str, options: model.Not, path: Sequence[str | int], when: str) -> Verdict:
        verdict = self.compile(options.not_sub_policy, [*path, "not", "not_sub_policy"], when)
        return Verdict(name, f"NOT ({verdict.sampled})", verdict.probability and f"(1 - {verdict.probability})")

    def _composite(self, name: str, options: model.Composite, path: Sequence[str | int], when: str) -> Verdict:
        percents = {allocation.policy: allocation.percent for allocation in options.rate_allocation}
        even = 100 / len(options.composite_sub_policy)
        by_name = {policy.name: (index, policy) for index, policy in enumerate(options.composite_sub_policy)}
        earlier: list[str] = [when] if when else []
        verdicts = []
        for sub_name in options.policy_order or by_name:
            index, policy = by_name[sub_name]
            verdict = self.compile(policy, [*path, "composite", "composite_sub_policy", index], _join("AND", earlier))
            rate = options.max_total_spans_per_second * percents.get(sub_name, even) / 100
            asked = Verdict(sub_name, _join("AND", [*earlier, verdict.sampled]), verdict.probability)
            verdicts.append(self._limited(asked, "Spans", rate, rate))
            earlier.append(f"NOT ({verdict.sampled})")
        labels = ", ".join(f"{each.sampled}, {quote(f'{name}/{each.name}')}" for each in verdicts)
        chances = ", ".join(f"{each.sampled}, {each.probability}" for each in verdicts)
        return Verdict(
            name,
            _join("OR", [each.sampled for each in verdicts]),
            f"multiIf({chances}, 1)",
            f"multiIf({labels}, {quote(name)})",
        )


def _join(word: str, conditions: Sequence[str]) -> str:
    return conditions[0] if len(conditions) == 1 else f"({f' {word} '.join(conditions)})" if conditions else ""


def _fold(function: str, values: Sequence[str]) -> str:
    return "" if not values else values[0] if len(values) == 1 else f"{function}({', '.join(values)})"
