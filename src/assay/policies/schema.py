"""The JSON schema of the section `policies:`, for editors."""

from __future__ import annotations

from typing import Any

from assay.policies.enrichment import PLACES
from assay.policies.filters import COLUMNS
from assay.policies.sampling import Sampling
from assay.policies.scrub_rules import ACTIONS

_TEXT = {"type": "string"}
_TEXTS = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}]}
_VALUES = {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}}
_NAMES = {"type": "object", "additionalProperties": _TEXT}


def json_schema() -> dict[str, Any]:
    """Return the schema; what the engine has to say of conditions and patterns is beyond it."""
    sampling = Sampling.model_json_schema()
    definitions = sampling.pop("$defs")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "policies",
        "description": "Filters, enrichment, scrubbing and sampling of what comes in.",
        "$defs": definitions,
        **_section(
            {
                "filters": {
                    "type": "object",
                    "description": "What is dropped, by name; false switches one off that comes with Assay.",
                    "additionalProperties": _or_false(_filter()),
                },
                "enrichment": _section({place: _enrichment() for place in PLACES}),
                "scrubbing": _scrubbing(),
                "sampling": sampling,
            }
        ),
    }


def _filter() -> dict[str, Any]:
    condition = {**_TEXT, "description": "SQL over the columns of the signal."}
    return {
        **_section({"signal": {"enum": list(COLUMNS), "default": "traces"}, "condition": condition}),
        "required": ["condition"],
    }


def _enrichment() -> dict[str, Any]:
    return _section(
        {
            "rename": {**_NAMES, "description": "Old name: new name; not if there is one of the new name."},
            "copy": {**_NAMES, "description": "Name: name of the copy; not if there is one of that name."},
            "delete": {"type": "array", "items": _TEXT},
            "set": {**_VALUES, "description": "Name: value, whatever was there."},
            "default": {**_VALUES, "description": "Name: value, where there is none."},
        }
    )


def _scrubbing() -> dict[str, Any]:
    shown = {"label": _TEXT, "partial": {**_TEXT, "description": "SQL over `secret`: what a partial mask still shows."}}
    detector = {
        **dict.fromkeys(("guard", "before", "pattern", "after", "only", "unless"), _TEXTS),
        "check": {**_TEXT, "description": "SQL over `secret` that must hold as well."},
        "action": {"enum": list(ACTIONS)},
        **shown,
    }
    rule = {
        **dict.fromkeys(("exact", "prefix", "regex", "detectors"), _TEXTS),
        "action": {"enum": [*ACTIONS, "allow"]},
        **shown,
    }
    return _section(
        {
            "enabled": {"type": "boolean", "default": True},
            "words": {"type": "object", "additionalProperties": _TEXT},
            "detectors": {"type": "object", "additionalProperties": _or_false(_section(detector))},
            "key_rules": {"type": "object", "additionalProperties": _or_false(_section(rule))},
        }
    )


def _section(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _or_false(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"const": False}]}
