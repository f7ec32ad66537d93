"""Where telemetry comes from: the resource and the scope of a span or log record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assay.core.values import Described, describe, read_attributes


@dataclass(frozen=True, slots=True)
class Resource:
    """The service instance that sent it."""

    attributes: dict[str, Described]
    schema_url: str


@dataclass(frozen=True, slots=True)
class Scope:
    """The library that made it."""

    name: str
    version: str
    attributes: dict[str, Described]
    schema_url: str


def describe_attributes(keys: Sequence[str], texts: Sequence[str], types: Iterable[str]) -> dict[str, Described]:
    """Return attributes by key, each with its type."""
    return {key: describe(value) for key, value in read_attributes(keys, texts, types).items()}


def read_resource(row: Mapping[str, Any]) -> Resource:
    """Read the `resource_…` columns of a question."""
    attributes = describe_attributes(row["resource_keys"], row["resource_texts"], row["resource_types"])
    return Resource(attributes, row["resource_schema_url"])


def read_scope(row: Mapping[str, Any]) -> Scope:
    """Read the `scope_…` columns of a question."""
    attributes = describe_attributes(row["scope_keys"], row["scope_texts"], row["scope_types"])
    return Scope(row["scope_name"], row["scope_version"], attributes, row["scope_schema_url"])
