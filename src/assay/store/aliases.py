"""The names of attributes, as functions for those who ask in SQL."""

from __future__ import annotations

from collections.abc import Iterable

from assay.core.aliases import ALIASES
from assay.core.ports import Engine

# A literal of text is one element of a statement, however many names there are. Arguments are put in as text, so a variable has
# a name that nobody else gives.
_NAMES = """CREATE OR REPLACE FUNCTION assay_attribute_names AS (name) -> arrayDistinct(arrayPushFront(
    arrayFirst(of_one -> has(of_one, name), CAST('{groups}', 'Array(Array(String))')), name))"""
_ATTRIBUTE = """CREATE OR REPLACE FUNCTION assay_attribute AS (attributes, name) ->
    assay_found_in(assay_named(attributes, assay_attribute_names(name)), [assay_attribute_names(name)])[1][1]"""
# A dictionary of constants is looked up once for each value, where a search in the groups would be one of all names.
_NEWEST = """CREATE OR REPLACE FUNCTION assay_newest_name AS (name) -> transform(CAST(name, 'String'),
    CAST('{older}', 'Array(String)'), CAST('{newest}', 'Array(String)'), CAST(name, 'String'))"""


def apply_aliases(engine: Engine) -> None:
    """Make `assay_attribute_names(name)`, all names with the given one first, and `assay_attribute(map, name)`, a value or ''.

    `assay_newest_name(name)` is the name of today, or the same if there is no newer one.

    A function is stored with the text of those in it, so both are made anew: another version may know other names.
    """
    groups = "[" + ",".join(map(_literal, ALIASES)) + "]"
    renamed = [(older, newest) for newest, *others in ALIASES for older in others]
    engine.execute(_NAMES.replace("{groups}", groups))
    engine.execute(_ATTRIBUTE)
    older, newest = (_literal(names) for names in zip(*renamed, strict=True))
    engine.execute(_NEWEST.replace("{older}", older).replace("{newest}", newest))


def _literal(names: Iterable[str]) -> str:
    return "[" + ",".join(f"''{name}''" for name in names) + "]"
