from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.core.errors import Misconfigured
from assay.core.ports import Engine
from assay.policies import pseudonyms


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_first_key_is_made_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    """Directory and file are closed to others, and reading again gives the same key."""
    keys = pseudonyms.read_keys(tmp_path / "keys")
    assert [key.id for key in keys] == ["k1"]
    assert (_mode(tmp_path / "keys"), _mode(keys[0].path)) == (0o700, 0o600)
    assert len(keys[0].path.read_bytes()) == 64
    assert pseudonyms.read_keys(tmp_path / "keys") == keys
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["pseudonym-k1.key"]


def test_a_new_key_comes_last_and_the_old_ones_stay(tmp_path: Path) -> None:
    """Keys are in the order of their numbers, not of their names, and each gives other pseudonyms."""
    for _ in range(10):
        pseudonyms.rotate(tmp_path)
    keys = pseudonyms.read_keys(tmp_path)
    assert [key.id for key in keys] == [f"k{number}" for number in range(1, 12)]
    assert {_mode(key.path) for key in keys} == {0o600}
    assert len({key.pseudonym("anna").partition(":")[2] for key in keys}) == len(keys)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.text(st.characters(exclude_categories=["Cs"])))
def test_the_engine_makes_the_same_pseudonyms(engine: Engine, tmp_path: Path, value: str) -> None:
    """What the SQL gives for a value is what `pseudonym` gives, whatever the value is."""
    key = pseudonyms.read_keys(tmp_path)[-1]
    sql = f"SELECT concat('{key.id}:', left(lower(hex(HMAC('sha256', {{value:String}}, {key.sql}))), 16))"
    assert engine.query(sql, {"value": value}).rows == [[key.pseudonym(value)]]


def test_an_unusable_directory_is_told(tmp_path: Path) -> None:
    """A directory that cannot be made is a matter of configuration, with what to look at."""
    (tmp_path / "file").touch()
    with pytest.raises(Misconfigured, match="Cannot use") as error:
        pseudonyms.read_keys(tmp_path / "file" / "keys")
    assert "owner" in error.value.hint
