"""The decode views: what becomes of a request, with the policies in it.

A view is text that the engine expands and plans anew at each insert, so it can be changed at any moment: an insert sees
the old text or the new one, whole. SQL functions are expanded when a view is made, so each change makes the views anew.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assay.core import statement
from assay.core.ports import Engine

_FOLDER = "assay.store.decode"
_VIEW = re.compile(r"CREATE MATERIALIZED VIEW IF NOT EXISTS (\w+) TO \w+ AS\s(.*)", re.DOTALL)
# A view that reads what another one gives is made after it.
_VIEWS = (
    "spans",
    "log_records",
    "metrics",
    *(f"metrics_{kind}" for kind in ("gauge", "sum", "histogram", "exp_histogram", "summary")),
)


def apply_decoding(engine: Engine, functions: Sequence[str] = ()) -> None:
    """Make the decode views as their files have them now, with `functions` in place of those in `policies.sql`.

    `functions` are statements `CREATE OR REPLACE FUNCTION assay_policy_…`, already tried out. What is being inserted meanwhile
    is decoded with the views as they were when its insert began.
    """
    for name in ("policies", "functions"):
        for sql in statement.load(_FOLDER, name).text.split(";\n"):
            engine.execute(sql)
        if name == "policies":
            for sql in functions:
                engine.execute(sql)
    for name in _VIEWS:
        text = statement.load(_FOLDER, name).text
        match = _VIEW.fullmatch(text)
        assert match, f"{name}.sql holds one view"
        if not engine.query(f"EXISTS TABLE {match[1]}").rows[0][0]:
            engine.execute(text)
        # Always, also a new view and one that would stay as it is: the engine does not recognize as a repetition what a view
        # has inserted as it was created or read from disk, once it has been altered, nor the other way round.
        engine.execute(f"ALTER TABLE {match[1]} MODIFY QUERY {match[2]}")
