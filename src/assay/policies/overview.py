"""What is in force, in the form in which people and programs are told it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from assay.core.ports import Engine
from assay.policies.enrichment import Enrichment
from assay.policies.filters import Filter
from assay.policies.keeper import InForce
from assay.policies.sampling import Sampling, policies_of
from assay.policies.scrub_rules import Detector, KeyRule, Scrubbing

_SINCE = """SELECT concat(formatDateTime(max(AppliedAt), '%Y-%m-%dT%H:%i:%S.%f'), '000Z')
FROM assay_policy_versions WHERE Version = {version:String}"""


@dataclass(frozen=True, slots=True)
class ScrubRule:
    """A rule of scrubbing: `kind` is key_rule or detector; `keys` are the keys and patterns of keys that it is about."""

    name: str
    kind: str
    action: str
    label: str
    keys: list[str]


@dataclass(frozen=True, slots=True)
class SamplingPolicy:
    """A policy of sampling as it is written."""

    name: str
    type: str
    options: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SamplingOverview:
    """Which traces are kept for longer than `hot_window_seconds`; `notes` say what has nothing to do here."""

    enabled: bool
    hot_window_seconds: float
    policies: list[SamplingPolicy]
    notes: list[str]


@dataclass(frozen=True, slots=True)
class Overview:
    """The policies that hold since `since`, with what comes with Assay; `given` is what was written in the configuration file.

    `problem` says why what is written there now does not hold; it is empty if it does. `key_id` is the key of new pseudonyms.
    """

    version: str
    since: str
    problem: str
    key_id: str
    filters: list[Filter]
    enrichment: list[Enrichment]
    scrubbing: list[ScrubRule]
    sampling: SamplingOverview
    given: dict[str, Any]


def describe(engine: Engine, in_force: InForce) -> Overview:
    """Say what is in force."""
    policies = in_force.policies
    return Overview(
        policies.version,
        engine.query(_SINCE, {"version": policies.version}).rows[0][0],
        in_force.problem,
        in_force.key_id,
        list(policies.filters),
        [each for each in policies.enrichment if each.steps],
        list(_rules(policies.scrubbing)) if policies.scrubbing else [],
        _sampling(policies.sampling),
        dict(policies.given),
    )


def _rules(rules: Scrubbing) -> Iterable[ScrubRule]:
    for rule in rules.key_rules:
        keys = [*rule.exact, *(f"{prefix}*" for prefix in rule.prefix), *(f"/{pattern}/" for pattern in rule.regex)]
        yield ScrubRule(rule.name, "key_rule", _action(rule), rule.label, keys)
    for detector in rules.detectors:
        yield ScrubRule(detector.name, "detector", detector.action, detector.label, [])


def _action(rule: KeyRule | Detector) -> str:
    spared = rule.detectors if isinstance(rule, KeyRule) else ()
    return f"{rule.action} what {', '.join(spared)} would find" if spared else rule.action


def _sampling(sampling: Sampling) -> SamplingOverview:
    listed = [
        SamplingPolicy(
            policy.name,
            policy.type,
            policy.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude_none=True).get(policy.type) or {},
        )
        for policy in policies_of(sampling)
    ]
    return SamplingOverview(sampling.enabled, sampling.hot_window, listed, sampling.notes())
