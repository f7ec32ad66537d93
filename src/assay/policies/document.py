"""The section `policies:` of the configuration: read, checked against the engine, and compiled to SQL functions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

from assay.core.config import load
from assay.core.errors import InvalidInput, Misconfigured
from assay.core.lines import find_line
from assay.core.ports import Engine
from assay.policies import enrichment, filters, scrub_rules
from assay.policies.nested import clean, found, suspect
from assay.policies.pseudonyms import PseudonymKey
from assay.policies.refusals import refuse, refuse_unknown
from assay.policies.sampling import PolicyRefused, Sampling, compile_sampling
from assay.policies.sampling import explain as explain_sampling
from assay.policies.sampling import read as read_sampling
from assay.policies.sampling.refusal import write_path
from assay.policies.scrub import Scrubber

SECTIONS = ("filters", "enrichment", "scrubbing", "sampling")


@dataclass(frozen=True)
class Policies:
    """What the organisation has decided about its telemetry, by kind of decision; `given` is what was written."""

    given: Mapping[str, Any]
    filters: tuple[filters.Filter, ...]
    enrichment: tuple[enrichment.Enrichment, ...]
    scrubbing: scrub_rules.Scrubbing | None
    """None if scrubbing is switched off."""
    sampling: Sampling

    @cached_property
    def version(self) -> str:
        """Twelve digits that are the same for the same policies."""
        return hashlib.sha256(orjson.dumps(self.given, option=orjson.OPT_SORT_KEYS)).hexdigest()[:12]


def parse(given: Any) -> Policies:
    """Read policies as YAML gave them.

    Raises:
        InvalidInput: a key is unknown or a value is wrong; the message begins with its path below `policies`.
    """
    if not isinstance(given, Mapping | None):
        raise refuse("policies", "it is no mapping", f"write one of {', '.join(SECTIONS)} under it")
    given = {key: value for key, value in (given or {}).items() if value is not None}
    refuse_unknown(given, SECTIONS, "")
    scrubbing = given.get("scrubbing", {})
    if not isinstance(scrubbing, Mapping):
        raise refuse("scrubbing", "it is no mapping", "write enabled, detectors or key_rules under it")
    rules = scrub_rules.merge(scrub_rules.defaults(), {key: value for key, value in scrubbing.items() if key != "enabled"})
    return Policies(
        given,
        filters.parse(given.get("filters")),
        enrichment.parse(given.get("enrichment")),
        rules if _flag(scrubbing, "scrubbing") else None,
        _sampling(given.get("sampling", {})),
    )


def read(path: Path | None) -> Policies:
    """Read the policies that a configuration file and the environment give together.

    Raises:
        Misconfigured: the file cannot be read, or the policies are wrong; the message says in which line.
    """
    given = load(path).policies
    try:
        return parse(given)
    except InvalidInput as error:
        raise locate(error, path) from error


def locate(error: InvalidInput, path: Path | None) -> Misconfigured:
    """Say of an error in policies where in the file it is."""
    at = error.message.partition(": ")[0]
    line = find_line(path.read_text("utf-8"), f"policies.{at}") if path else None
    place = f"{path}:{line}: " if line else ""
    return Misconfigured(error.code, f"{place}policies.{error.message}", error.hint)


def validate(policies: Policies, engine: Engine) -> None:
    """Ask the engine whether it understands every condition and expression, before anything of it is in force.

    Raises:
        InvalidInput: it refuses one; the message begins with its path.
    """
    filters.validate(policies.filters, engine)
    if policies.scrubbing:
        scrub_rules.validate(_without(policies.scrubbing, scrub_rules.defaults()), engine)
    with _under("sampling"):
        compile_sampling(policies.sampling, engine)


def _without(rules: scrub_rules.Scrubbing, known: scrub_rules.Scrubbing) -> scrub_rules.Scrubbing:
    """Leave out the rules that come with Assay, for the engine is known to understand them."""
    return scrub_rules.Scrubbing(
        tuple(each for each in rules.detectors if each not in known.detectors),
        tuple(each for each in rules.key_rules if each not in known.key_rules),
    )


def compile_policies(policies: Policies, key: PseudonymKey) -> list[str]:
    """Give the statements that make the functions of `store/decode/policies.sql` say what the policies say."""
    return [statement for statements in compile_sections(policies, key).values() for statement in statements]


def compile_sections(policies: Policies, key: PseudonymKey) -> dict[str, list[str]]:
    """Give the statements of `compile_policies` by section, in the order of `SECTIONS`."""
    scrubbing = policies.scrubbing and Scrubber(policies.scrubbing, key.sql, scrub_rules.literal(key.id))
    stage = "recent" if policies.sampling.enabled else "kept"
    return {
        "filters": filters.compile_filters(policies.filters),
        "enrichment": [enrichment.compile_enrichment(each) for each in policies.enrichment],
        "scrubbing": _compile_scrubbing(scrubbing) if scrubbing else [],
        "sampling": [f"CREATE OR REPLACE FUNCTION assay_policy_stage AS () -> '{stage}'"],
    }


def explain(policies: Policies, key: PseudonymKey) -> dict[str, str]:
    """Give the SQL that the policies are, by section, for people to read; each text runs as it is."""
    texts = {}
    for section, statements in compile_sections(policies, key).items():
        texts[section] = "\n\n".join(f"{statement};" for statement in statements)
    if policies.sampling.enabled:
        texts["sampling"] += f"\n\n{explain_sampling(policies.sampling)};"
    return {section: text or "-- switched off" for section, text in texts.items()}


def _compile_scrubbing(scrubber: Scrubber) -> list[str]:
    dropped = f"if({scrubber.keep('key')}, {clean(scrubber, 'key', 'text')}, '\\0assay.drop.dropped')"
    cleaned = dropped if scrubber.drops else clean(scrubber, "key", "text")
    return [
        f"CREATE OR REPLACE FUNCTION assay_policy_suspect AS (keys, texts) -> {suspect(scrubber, 'keys', 'texts')}",
        f"CREATE OR REPLACE FUNCTION assay_policy_clean AS (key, text) -> {cleaned}",
        f"CREATE OR REPLACE FUNCTION assay_policy_found AS (text) -> {found(scrubber, 'text')}",
    ]


def _sampling(given: Any) -> Sampling:
    if not isinstance(given, Mapping):
        raise refuse("sampling", "it is no mapping", "write policies or hot_window under it")
    with _under("sampling"):
        sampling = read_sampling(given)
        compile_sampling(sampling)
    return sampling


@contextmanager
def _under(section: str) -> Iterator[None]:
    """Give the error of a policy the path from the top."""
    try:
        yield
    except PolicyRefused as error:
        raise refuse(
            f"{section}.{write_path(error.path)}".rstrip("."),
            error.message.removeprefix(f"{write_path(error.path)}: "),
            error.hint,
        ) from error


def _flag(section: Mapping[str, Any], at: str) -> bool:
    value = section.get("enabled", True)
    if not isinstance(value, bool):
        raise refuse(f"{at}.enabled", f"{value!r} is neither true nor false", "write true or false")
    return value
