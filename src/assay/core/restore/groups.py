"""Rows repeat their resource and their scope; in a message these stand once, above what belongs to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import orjson

from assay.core.restore.attributes import restore_attributes

Row: TypeAlias = Mapping[str, Any]
"""One row by column name, as `Answer.dicts` gives it."""


class Groups:
    """The scopes of a message, each made when its first row comes; equal resources and equal scopes are one."""

    def __init__(self, resources: Any, scopes: str, dropped: str = "ScopeDroppedAttributesCount") -> None:
        """Add to the repeated field `resources`, whose repeated field `scopes` has the scopes.

        `dropped` is the column that counts the dropped attributes of a scope.
        """
        self._resources = resources
        self._scopes = scopes
        self._dropped = dropped
        self._made: dict[bytes, Any] = {}

    def scope(self, row: Row) -> Any:
        """Return the `Scope…` message for a row."""
        resource_columns = (
            row["ResourceAttributes"],
            row["ResourceAttributeTypes"],
            row["ResourceDroppedAttributesCount"],
            row["ResourceSchemaUrl"],
            next((text for field, text in row["Overflow"] if field == "entity_refs"), ""),
        )
        scope_columns = (
            row["ScopeName"],
            row["ScopeVersion"],
            row["ScopeAttributes"],
            row["ScopeAttributeTypes"],
            row[self._dropped],
            row["ScopeSchemaUrl"],
        )
        key = orjson.dumps((resource_columns, scope_columns))
        if (made := self._made.get(key)) is None:
            resource_key = orjson.dumps(resource_columns)
            if (resource := self._made.get(resource_key)) is None:
                resource = self._made[resource_key] = self._add_resource(resource_columns)
            made = self._made[key] = self._add_scope(resource, scope_columns)
        return made

    def _add_resource(self, columns: tuple[Any, ...]) -> Any:
        pairs, kinds, dropped, schema_url, entity_refs = columns
        group = self._resources.add(schema_url=schema_url)
        restore_attributes(group.resource.attributes, pairs, kinds)
        group.resource.dropped_attributes_count = dropped
        for entity in orjson.loads(entity_refs) if entity_refs else ():
            group.resource.entity_refs.add(**entity)
        return group

    def _add_scope(self, resource: Any, columns: tuple[Any, ...]) -> Any:
        name, version, pairs, kinds, dropped, schema_url = columns
        group = getattr(resource, self._scopes).add(schema_url=schema_url)
        group.scope.name, group.scope.version, group.scope.dropped_attributes_count = name, version, dropped
        restore_attributes(group.scope.attributes, pairs, kinds)
        return group
