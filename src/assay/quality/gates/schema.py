"""The JSON schema of a gate's document, for editors."""

from __future__ import annotations

from typing import Any

from assay.quality.dora import METRICS
from assay.quality.gates.document import AGGREGATES, CONSEQUENCES, UNDECIDED
from assay.quality.gates.sources import AGGREGATIONS

_TEXT = {"type": "string", "minLength": 1}
_COMPARED = r"(<=|>=|==?|<|>) *[+-]? *\d+(\.\d+)?([eE][+-]?\d+)? *([^\s\d]\S*)?( +of +baseline)?"
_CRITERION = {
    "type": "string",
    "pattern": rf"^\s*({_COMPARED}|not +worse +than +\S.*)\s*$",
    "examples": ["<= 1%", "<= 500ms", ">= 5/s", "<= +10% of baseline", "not worse than version 1.4.1 by 10%"],
}
_ALL_OF = {"anyOf": [_CRITERION, {"type": "array", "items": _CRITERION, "minItems": 1}]}
_WINDOW = {"type": "string", "pattern": r"^\d+(\.\d+)? ?(s|m|min|h|d)$", "examples": ["15m", "2h", "30d"]}
_PERCENTAGE = {"type": "string", "pattern": r"^\s*\d+(\.\d+)? ?%\s*$"}


def json_schema() -> dict[str, Any]:
    """Return the schema; what statements and units mean is beyond it."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "gate",
        "description": "A quality gate: what a service must be like to go on.",
        **_section(
            {
                "kind": {"const": "gate"},
                "name": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9 ._:-]{0,99}$"},
                "description": {"type": "string"},
                "type": {**_TEXT, "description": "Label of its results; performance if left out."},
                "stage": {**_TEXT, "description": "Stage at which it stands, such as pre_production."},
                **_common(),
                "objectives": {"type": "array", "items": _objective(), "minItems": 1},
                "score": {**_section({"pass": _PERCENTAGE, "warn": _PERCENTAGE}), "required": ["pass"]},
                "baseline": _section(
                    {
                        "evaluations": {"type": "integer", "minimum": 1, "maximum": 100, "default": 5},
                        "minimum": {"type": "integer", "minimum": 1, "maximum": 100, "default": 1},
                        "aggregate": {"enum": list(AGGREGATES), "default": "median"},
                    }
                ),
            },
            required=["kind", "name", "objectives"],
        ),
    }


def _objective() -> dict[str, Any]:
    target = {
        "anyOf": [*_ALL_OF["anyOf"], _section({"any": {"type": "array", "items": _ALL_OF, "minItems": 1}}, required=["any"])]
    }
    metric = _section(
        {
            "name": _TEXT,
            "aggregation": {
                "anyOf": [{"enum": list(AGGREGATIONS)}, {"type": "string", "pattern": r"^p(\d{1,2}(\.\d{1,3})?|100)$"}]
            },
            "attributes": {"type": "array", "items": _TEXT},
        },
        required=["name"],
    )
    measure = {"type": "string", "pattern": r"^(error_rate|availability|throughput|latency_p\d{1,2}(\.\d{1,3})?)$"}
    schema = _section(
        {
            "name": _TEXT,
            "measure": measure,
            "metric": {"anyOf": [_TEXT, metric]},
            "dora": {"enum": list(METRICS)},
            "sql": {**_TEXT, "description": "A SELECT that gives one number."},
            "unit": {"type": "string", "description": "Of what metric or sql give, such as ms, s, %, B or /s."},
            "pass": target,
            "warn": target,
            "weight": {"type": "number", "minimum": 0, "default": 1},
            "key": {"type": "boolean", "default": False},
            "stages": {"type": "array", "items": _TEXT},
            **_common(),
        }
    )
    return {**schema, "oneOf": [{"required": [name]} for name in ("measure", "metric", "dora", "sql")]}


def _common() -> dict[str, Any]:
    return {
        "service": _TEXT,
        "operation": _TEXT,
        "operation_matching": {**_TEXT, "format": "regex", "description": "Regular expression (RE2) over names of operations."},
        "environment": _TEXT,
        "version": _TEXT,
        "window": _WINDOW,
        "minimum_requests": {"type": "number", "minimum": 0, "default": 20},
        "undecided": _section({outcome: {"enum": list(CONSEQUENCES), "default": "fail"} for outcome in UNDECIDED}),
    }


def _section(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**made, "required": required} if required else made
