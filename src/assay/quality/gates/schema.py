"""The JSON schema of a gate's document, for editors."""

from __future__ import annotations

from typing import Any

from assay.quality.dora import METRICS
from assay.quality.gates.document import AGGREGATES, CONSEQUENCES, UNDECIDED
from assay.quality.gates.sources import AGGREGATIONS
from assay.quality.json_schema import DIALECT, TEXT, section

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
        "$schema": DIALECT,
        "title": "gate",
        "description": "A quality gate: what a service must be like to go on.",
        **section(
            {
                "kind": {"const": "gate"},
                "name": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9 ._:-]{0,99}$"},
                "description": {"type": "string"},
                "type": {**TEXT, "description": "Label of its results; performance if left out."},
                "stage": {**TEXT, "description": "Stage at which it stands, such as pre_production."},
                **_common(),
                "objectives": {"type": "array", "items": _objective(), "minItems": 1},
                "score": {**section({"pass": _PERCENTAGE, "warn": _PERCENTAGE}), "required": ["pass"]},
                "baseline": section(
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
        "anyOf": [*_ALL_OF["anyOf"], section({"any": {"type": "array", "items": _ALL_OF, "minItems": 1}}, required=["any"])]
    }
    metric = section(
        {
            "name": TEXT,
            "aggregation": {
                "anyOf": [{"enum": list(AGGREGATIONS)}, {"type": "string", "pattern": r"^p(\d{1,2}(\.\d{1,3})?|100)$"}]
            },
            "attributes": {"type": "array", "items": TEXT},
        },
        required=["name"],
    )
    measure = {"type": "string", "pattern": r"^(error_rate|availability|throughput|latency_p\d{1,2}(\.\d{1,3})?)$"}
    schema = section(
        {
            "name": TEXT,
            "measure": measure,
            "metric": {"anyOf": [TEXT, metric]},
            "dora": {"enum": list(METRICS)},
            "sql": {**TEXT, "description": "A SELECT that gives one number."},
            "unit": {"type": "string", "description": "Of what metric or sql give, such as ms, s, %, B or /s."},
            "pass": target,
            "warn": target,
            "weight": {"type": "number", "minimum": 0, "default": 1},
            "key": {"type": "boolean", "default": False},
            "stages": {"type": "array", "items": TEXT},
            **_common(),
        }
    )
    return {**schema, "oneOf": [{"required": [name]} for name in ("measure", "metric", "dora", "sql")]}


def _common() -> dict[str, Any]:
    return {
        "service": TEXT,
        "operation": TEXT,
        "operation_matching": {**TEXT, "format": "regex", "description": "Regular expression (RE2) over names of operations."},
        "environment": TEXT,
        "version": TEXT,
        "window": _WINDOW,
        "minimum_requests": {"type": "number", "minimum": 0, "default": 20},
        "undecided": section({outcome: {"enum": list(CONSEQUENCES), "default": "fail"} for outcome in UNDECIDED}),
    }
