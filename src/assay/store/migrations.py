"""The schema: numbered `.sql` files, forward only."""

from __future__ import annotations

from assay.core import statement
from assay.core.errors import Misconfigured
from assay.core.ports import Engine
from assay.store.aliases import apply_aliases
from assay.store.decoding import apply_decoding
from assay.store.event_checks import apply_event_checks

_FOLDER = "assay.store.schema"
_RECORD = """CREATE TABLE IF NOT EXISTS assay_migrations (name String, applied_at DateTime DEFAULT now())
ENGINE = MergeTree ORDER BY name"""


def migrate(engine: Engine, *, decode: bool = True) -> list[str]:
    """Bring the store's schema up to date and return the names of the files that were applied.

    A file may have several statements; each can be repeated, so one that was interrupted is run again whole. The names of
    attributes, and what an event must carry, are those that this Assay knows. The decode views are made as they are
    without policies, unless `decode` is false: then somebody else makes them before anything is inserted.

    Raises:
        Misconfigured: the store was made by a newer Assay.
    """
    engine.execute(_RECORD)
    applied = {row[0] for row in engine.query("SELECT DISTINCT name FROM assay_migrations").rows}
    known = statement.load_all(_FOLDER)
    if newer := sorted(name for name in applied if name > known[-1].name):
        raise Misconfigured(
            "store_newer",
            f"The store has the schema {newer[-1]}, which this Assay does not know",
            "use the newer Assay that made it",
        )
    done = []
    for migration in known:
        if migration.name not in applied:
            for sql in migration.text.split(";\n"):
                engine.execute(sql)
            engine.execute(f"INSERT INTO assay_migrations (name) VALUES ('{migration.name}')")
            done.append(migration.name)
    if decode:
        apply_decoding(engine)
    apply_aliases(engine)
    apply_event_checks(engine)
    return done
