"""From YAML to a policy that the engine has agreed to."""

from __future__ import annotations

import difflib
import typing
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from assay.core.errors import InvalidInput
from assay.core.ports import Engine
from assay.policies.sampling import model
from assay.policies.sampling.compiled import Compiled, Moment, compile_policies
from assay.policies.sampling.conditions import condition
from assay.policies.sampling.literals import quote
from assay.policies.sampling.refusal import PolicyRefused

Path: TypeAlias = tuple[str | int, ...]

# One row with the default of every column: an expression that fails on an absent value fails here.
_EMPTY_SPAN = "(SELECT 1 AS one) AS o LEFT JOIN (SELECT *, 1 AS one FROM otel_traces_recent LIMIT 0) AS t USING one"
_HINT = "see docs/sampling.md for the policies and their options"


def read(values: Mapping[str, Any]) -> model.Sampling:
    """Return the sampling section that `values` (parsed YAML) hold.

    Raises:
        PolicyRefused: a key is unknown or a value is not allowed; it names the first such place.
    """
    try:
        return model.Sampling.model_validate(dict(values))
    except ValidationError as error:
        raise _refusal(error.errors(include_url=False)[0]) from error


def policies_of(sampling: model.Sampling) -> Sequence[model.Policy]:
    """Return the policies that hold: the written ones, or the default ones."""
    return sampling.policies or _default_policies()


def compile_sampling(sampling: model.Sampling, engine: Engine | None = None) -> Compiled:
    """Compile the policies of a section, and ask `engine` whether it takes the SQL and the regular expressions in them.

    Raises:
        PolicyRefused: a policy cannot be translated, or the engine refuses it.
    """
    policies = policies_of(sampling)
    if engine:
        for path, policy in _leaves(policies, ("policies",)):
            _ask(engine, path, policy)
    compiled = compile_policies(sampling, policies)
    if engine:
        nothing = compiled.spans("FROM (SELECT * FROM otel_traces_recent LIMIT 0)")
        _try(engine, ("policies",), compiled.decide(compiled.traces(nothing), Moment(0, 1)), _HINT)
    return compiled


def _leaves(policies: Sequence[model.Policy], path: Path) -> Iterator[tuple[Path, model.Policy]]:
    """Yield all policies, those inside others too, with their paths."""
    for index, policy in enumerate(policies):
        yield from _inside(policy, (*path, index))


def _inside(policy: model.Policy, path: Path) -> Iterator[tuple[Path, model.Policy]]:
    if policy.type == "not":
        yield from _inside(policy.options.not_sub_policy, (*path, "not", "not_sub_policy"))
    elif policy.type in ("and", "drop", "composite"):
        key = f"{policy.type}_sub_policy"
        yield from _leaves(getattr(policy.options, key), (*path, policy.type, key))
    else:
        yield path, policy


def _ask(engine: Engine, path: Path, policy: model.Policy) -> None:
    if policy.type == "string_attribute" and policy.options.enabled_regex_matching:
        for index, pattern in enumerate(policy.options.values):
            _try(
                engine, (*path, policy.type, "values", index), f"SELECT match('', {quote(pattern)})", "write it in RE2's syntax"
            )
    if sql := condition(policy, path):
        hint = "the columns are those of otel_traces; read a number from an attribute with toFloat64OrZero(SpanAttributes['…'])"
        _try(engine, (*path, policy.type), f"SELECT countIf({sql}) FROM {_EMPTY_SPAN}", hint)


def _try(engine: Engine, path: Path, sql: str, hint: str) -> None:
    try:
        engine.query(sql)
    except InvalidInput as error:
        raise PolicyRefused(path, f"the engine refuses it: {error.message.partition(' In scope ')[0]}", hint) from error


@cache
def _default_policies() -> Sequence[model.Policy]:
    text = (files("assay.policies.sampling") / "default.yaml").read_text("utf-8")
    return model.Sampling.model_validate(yaml.safe_load(text)).policies or ()


def _refusal(detail: ErrorDetails) -> PolicyRefused:
    path = tuple(step for step in detail["loc"])
    message, hint = detail["msg"].removeprefix("Value error, "), _HINT
    if detail["type"] == "extra_forbidden":
        message = "unknown key"
        known = _keys_at(path[:-1])
        near = difflib.get_close_matches(str(path[-1]), known, 1)
        hint = f"did you mean {near[0]}?" if near else f"known keys are {', '.join(sorted(known))}"
    elif detail["type"] == "missing":
        message = "missing"
    return PolicyRefused(path, message, hint)


def _keys_at(path: Sequence[str | int]) -> list[str]:
    kind: type[BaseModel] = model.Sampling
    for step in path:
        if isinstance(step, str):
            field = next(field for name, field in kind.model_fields.items() if step in (name, field.alias))
            kind = next(kind for kind in _classes(field.annotation) if issubclass(kind, BaseModel))
    return [field.alias or name for name, field in kind.model_fields.items()]


def _classes(annotation: Any) -> list[type]:
    if isinstance(annotation, type) and not typing.get_args(annotation):
        return [annotation]
    return [kind for part in typing.get_args(annotation) for kind in _classes(part)]
