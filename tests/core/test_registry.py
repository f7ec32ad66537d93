from __future__ import annotations

from collections import Counter
from importlib.resources import files

import pytest
import yaml

from assay.core import registry
from assay.core.registry import Definition

REGISTRY = registry.load()
DEFINITIONS = [
    *REGISTRY.events.values(),
    *REGISTRY.spans.values(),
    *REGISTRY.span_events.values(),
    *REGISTRY.metrics.values(),
]
TYPES = {"string": str, "int": int, "double": float, "boolean": bool, "string[]": list}


def _groups() -> list[dict[str, object]]:
    text = (files("assay.core") / "registry.yaml").read_text("utf-8")
    groups: list[dict[str, object]] = yaml.safe_load(text)["groups"]
    return groups


def test_every_name_is_defined_once() -> None:
    """No attribute, span, event or metric is defined twice, so no definition hides another."""
    ids = Counter(group["id"] for group in _groups())
    ids += Counter(each["id"] for group in _groups() for each in group["attributes"] if "id" in each)  # type: ignore[attr-defined] # plain YAML
    assert [name for name, times in ids.items() if times > 1] == []


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda each: each.name)
def test_definitions_use_only_known_attributes(definition: Definition) -> None:
    """Every attribute that a span, event or metric uses is defined, is not an old name, and its level is a known word."""
    for name, level in definition.requirements.items():
        assert not REGISTRY.attributes[name].renamed_to
        assert level in {"required", "recommended", "optional", "opt_in"}
    assert set(definition.subject) <= set(definition.requirements)


def test_attributes_are_described_in_full() -> None:
    """Every attribute has a known type, a sentence that ends, and examples of its own type among its allowed values."""
    for attribute in REGISTRY.attributes.values():
        assert attribute.brief.endswith("."), attribute.name
        assert attribute.examples, attribute.name
        for example in attribute.examples:
            assert type(example) is TYPES[attribute.type], attribute.name
            assert not attribute.values or example in attribute.values
        assert not attribute.renamed_to or attribute.renamed_to in REGISTRY.attributes


def test_definitions_have_only_known_keys() -> None:
    """A comma forgotten in quotes would cut a sentence and make a key of its rest; there is none."""
    known = {"id", "ref", "type", "stability", "brief", "examples", "deprecated", "annotations", "requirement_level"}
    found = {key for group in _groups() for each in group["attributes"] for key in each}  # type: ignore[attr-defined] # plain YAML
    assert found <= known


def test_the_ten_events_are_there() -> None:
    """Deployments, changes, incidents, gates, baselines, compliance checks, assessments and audit records have their events."""
    assert set(REGISTRY.events) == {
        "qms.change.committed",
        "qms.deployment.finished",
        "qms.incident.opened",
        "qms.incident.resolved",
        "qms.quality_gate.evaluated",
        "qms.baseline.taken",
        "qms.baseline.expired",
        "qms.compliance.checked",
        "qms.compliance.assessed",
        "qms.audit.recorded",
    }
