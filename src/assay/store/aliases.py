"""The names of attributes, as functions for those who ask in SQL."""

from __future__ import annotations

from assay.core.aliases import ALIASES
from assay.core.ports import Engine

# A literal of text is one element of a statement, however many names there are. Arguments are put in as text, so a variable has
# a name that nobody else gives.
_NAMES = """CREATE OR REPLACE FUNCTION assay_attribute_names AS (name) -> arrayDistinct(arrayPushFront(
    arrayFirst(of_one -> has(of_one, name), CAST('{groups}', 'Array(Array(String))')), name))"""
_ATTRIBUTE = """CREATE OR REPLACE FUNCTION assay_attribute AS (attributes, name) ->
    assay_found_in(assay_named(attributes, assay_attribute_names(name)), [assay_attribute_names(name)])[1][1]"""


def apply_aliases(engine: Engine) -> None:
    """Make `assay_attribute_names(name)`, all names with the given one first, and `assay_attribute(map, name)`, a value or ''.

    A function is stored with the text of those in it, so both are made anew: another version may know other names.
    """
    groups = "[" + ",".join("[" + ",".join(f"''{name}''" for name in group) + "]" for group in ALIASES) + "]"
    engine.execute(_NAMES.replace("{groups}", groups))
    engine.execute(_ATTRIBUTE)
