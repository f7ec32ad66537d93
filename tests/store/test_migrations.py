from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.store.alone import alone, opened

from assay.core import config, statement
from assay.core.errors import Misconfigured
from assay.store import EmbeddedEngine, migrate

FILES = [migration.name for migration in statement.load_all("assay.store.schema")]


class PowerCut(Exception):
    """The process ends here."""


class Failing(EmbeddedEngine):
    """An engine that loses its power after some statements."""

    statements = -1

    def execute(self, sql: str, parameters: Mapping[str, Any] | None = None) -> None:
        if self.statements == 0:
            raise PowerCut
        self.statements -= 1
        super().execute(sql, parameters)


def _tables(engine: EmbeddedEngine) -> list[list[object]]:
    query = "SELECT name, create_table_query FROM system.tables WHERE database = currentDatabase() ORDER BY name"
    return engine.query(query).rows


def _applied_once(directory: Path) -> None:
    with opened(directory) as engine:
        assert migrate(engine) == FILES
        before = _tables(engine)
        assert migrate(engine) == []
        assert _tables(engine) == before


def test_each_file_is_applied_once(tmp_path: Path) -> None:
    """An empty store gets every file in order; a second time nothing is left to do and nothing changes."""
    assert alone(_applied_once, tmp_path) == 0


def _interrupted(directory: Path) -> None:
    os.chdir(directory)
    with closing(Failing(directory / "store", config.Store(), config.Sql())) as engine:
        for statements in (0, 1, 2, 3, 7, 7, 13):
            engine.statements = statements
            with pytest.raises(PowerCut):
                migrate(engine)
        engine.statements = -1
        assert migrate(engine)
        assert migrate(engine) == []
        applied = engine.query("SELECT name FROM assay_migrations ORDER BY name").rows
        assert [row[0] for row in applied] == FILES
        assert {"otel_traces", "decode_spans", "otel_metrics_summary", "decode_metrics_summary"} <= {
            row[0] for row in _tables(engine)
        }


def test_an_interrupted_migration_goes_on(tmp_path: Path) -> None:
    """Wherever a migration is cut off, also between the statements of a file, the next one completes the schema."""
    assert alone(_interrupted, tmp_path) == 0


def _newer(directory: Path) -> None:
    with opened(directory) as engine:
        migrate(engine)
        engine.execute("INSERT INTO assay_migrations (name) VALUES ('9999_from_the_future')")
        with pytest.raises(Misconfigured, match="9999_from_the_future") as raised:
            migrate(engine)
        assert raised.value.code == "store_newer"
        assert raised.value.hint


def test_the_store_of_a_newer_assay_is_refused(tmp_path: Path) -> None:
    """A store with a schema that this program does not know is left alone, with words on what to do."""
    assert alone(_newer, tmp_path) == 0
