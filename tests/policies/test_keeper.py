from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from tests.conftest import Store
from tests.e2e.running import wait_for
from tests.otlp_requests import span, traces

from assay.core.errors import InvalidInput, Misconfigured
from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.policies import PolicyKeeper, pseudonyms
from assay.store import apply_decoding

GOOD = "policies: {filters: {noise: {condition: \"SpanName = 'noise'\"}}}\n"
BETTER = "policies: {filters: {noise: {condition: \"SpanName = 'noise' OR SpanName = 'din'\"}}}\n"
WRONG = "policies:\n  filters:\n    noise: {condition: 'SpanName ='}\n"

Keep = Callable[[], PolicyKeeper]


@pytest.fixture(autouse=True)
def _clean(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let each test begin without versions from before, and leave none behind."""
    for name in [name for name in os.environ if name.startswith("ASSAY_")]:
        monkeypatch.delenv(name)
    engine.execute("TRUNCATE TABLE assay_policy_versions")
    yield
    engine.execute("TRUNCATE TABLE assay_policy_versions")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "assay.yaml"
    path.write_text(GOOD, "utf-8")
    return path


@pytest.fixture
def brought() -> list[list[str]]:
    """The statements that were brought into force, the last ones last."""
    return []


@pytest.fixture
def keep(engine: Engine, file: Path, brought: list[list[str]]) -> Keep:
    return partial(PolicyKeeper, engine, file, file.parent / "keys", brought.append)


def _versions(engine: Engine) -> list[str]:
    return [row[0] for row in engine.query("SELECT Version FROM assay_policy_versions ORDER BY AppliedAt").rows]


def test_policies_are_in_force_from_the_start_and_on_record(engine: Engine, keep: Keep, brought: list[list[str]]) -> None:
    """At the first start the written policies are brought and recorded with document and SQL; at the next just brought."""
    keeper = keep()
    now = keeper.in_force
    assert (now.statements, now.problem, now.key_id) == (brought[-1], "", "k1")
    assert [version for version, _ in keeper.changes()] == [now.policies.version] == _versions(engine)
    document, statements = engine.query("SELECT Document, Statements FROM assay_policy_versions").rows[0]
    assert json.loads(document) == now.policies.given
    assert statements == now.statements
    keep()
    assert len(brought) == 2
    assert len(_versions(engine)) == 1


def test_a_wrong_policy_changes_nothing_and_is_told(engine: Engine, keep: Keep, file: Path, brought: list[list[str]]) -> None:
    """A refused change names file, line, key and hint; what held before holds on, until what is written is right again."""
    keeper = keep()
    before = keeper.in_force
    file.write_text(WRONG, "utf-8")
    with pytest.raises(Misconfigured) as error:
        keeper.reload()
    assert error.value.message.startswith(f"{file}:3: policies.filters.noise.condition: ")
    assert "SpanName" in error.value.hint
    assert keeper.in_force.problem == str(error.value)
    assert (keeper.in_force.policies, keeper.in_force.statements) == (before.policies, before.statements)
    assert (len(brought), len(_versions(engine))) == (1, 1)
    file.write_text(GOOD, "utf-8")
    assert keeper.reload().problem == ""
    assert len(brought) == 1


def test_a_change_is_brought_told_and_recorded(engine: Engine, keep: Keep, file: Path, brought: list[list[str]]) -> None:
    """What comes into force is in the views, with the listeners and on record, each once."""
    keeper = keep()
    told: list[str] = []
    keeper.listeners.append(lambda policies: told.append(policies.version))
    file.write_text(BETTER, "utf-8")
    now = keeper.reload()
    keeper.reload()
    assert "'din'" in "".join(brought[-1])
    assert told == [now.policies.version]
    assert _versions(engine)[1:] == told
    assert len(brought) == 2


def test_a_change_is_on_record_before_it_takes_effect(engine: Engine, file: Path) -> None:
    """Nothing is processed under policies that the record does not know, whenever core is killed amid the change."""
    known: list[list[str]] = []
    keeper = PolicyKeeper(engine, file, file.parent / "keys", lambda _: known.append(_versions(engine)))
    file.write_text(BETTER, "utf-8")
    keeper.reload()
    assert known[-1] == _versions(engine)
    assert known[-1][-1] == keeper.in_force.policies.version


def test_a_changed_file_is_noticed(keep: Keep, file: Path) -> None:
    """Nobody has to say that the file has changed; one that is wrong is noticed too, and changes nothing."""
    keeper = keep()
    first = keeper.in_force.policies.version
    keeper.start()
    try:
        file.write_text(WRONG, "utf-8")
        wait_for(lambda: keeper.in_force.problem != "", "the wrong file is noticed")
        assert keeper.in_force.policies.version == first
        file.write_text(BETTER, "utf-8")
        wait_for(lambda: keeper.in_force.policies.version != first, "the new policies hold")
        assert keeper.in_force.problem == ""
    finally:
        keeper.stop()


def test_a_start_with_wrong_policies_falls_back_on_the_last_good_ones(keep: Keep, file: Path, brought: list[list[str]]) -> None:
    """Assay that is started again with a wrong file does what it did before, and says what is wrong."""
    good = keep().in_force
    file.write_text(WRONG, "utf-8")
    now = keep().in_force
    assert now.policies.version == good.policies.version
    assert brought[-1] == good.statements
    assert f"{file}:3: " in now.problem


def test_a_first_start_with_wrong_policies_fails(keep: Keep, file: Path, brought: list[list[str]]) -> None:
    """Where nothing held before there is nothing to fall back on."""
    file.write_text(WRONG, "utf-8")
    with pytest.raises(Misconfigured, match=r"assay\.yaml:3"):
        keep()
    assert brought == []


def test_views_that_cannot_be_made_are_made_as_they_were(engine: Engine, file: Path) -> None:
    """If the engine refuses the new views, the old ones are brought again and nothing is recorded."""
    brought: list[list[str]] = []

    def bring(statements: list[str]) -> None:
        brought.append(statements)
        if "'din'" in "".join(statements):
            raise InvalidInput("sql_invalid", "no")

    keeper = PolicyKeeper(engine, file, file.parent / "keys", bring)
    before = keeper.in_force
    file.write_text(BETTER, "utf-8")
    with pytest.raises(InvalidInput):
        keeper.reload()
    assert brought[-1] == before.statements
    assert keeper.in_force.policies == before.policies
    assert _versions(engine) == [before.policies.version]


def test_without_a_file_the_defaults_hold(engine: Engine, tmp_path: Path) -> None:
    """Nothing has to be written."""
    brought: list[list[str]] = []
    now = PolicyKeeper(engine, None, tmp_path / "keys", brought.append).in_force
    assert not now.policies.given
    assert now.policies.scrubbing


def test_a_new_key_comes_into_force_with_a_reload(keep: Keep, file: Path, brought: list[list[str]]) -> None:
    """A rotated key is used from the next reload on, and the SQL names it."""
    keeper = keep()
    pseudonyms.rotate(file.parent / "keys")
    assert keeper.in_force.key_id == "k1"
    assert keeper.reload().key_id == "k2"
    assert "pseudonym-k2.key" in "".join(brought[-1])
    assert "pseudonym-k2.key" in keeper.explain()["scrubbing"]


def test_rows_change_at_once_and_the_key_is_nowhere(engine: Engine, store: Store, file: Path) -> None:
    """In the real views a change holds for what comes next, old pseudonyms stay, and nobody can ask for the key."""
    keys = file.parent / "keys"
    service = f"kept-{uuid4()}"

    def send(name: str) -> None:
        sent = span(uuid4().hex, 1, name=name, start_ns=time.time_ns(), values={"user.id": "anna"})
        store(Signal.TRACES, traces(service, [sent]))

    try:
        keeper = PolicyKeeper(engine, file, keys, partial(apply_decoding, engine))
        send("noise")
        send("din")
        file.write_text(BETTER, "utf-8")
        pseudonyms.rotate(keys)
        keeper.reload()
        send("din")
        send("work")
        of_service = "FROM assay_spans WHERE ServiceName = {service:String} ORDER BY Timestamp"
        rows = engine.query(f"SELECT SpanName, SpanAttributes['user.id'] {of_service}", {"service": service}).rows
        first, second = pseudonyms.read_keys(keys)
        assert rows == [["din", f"[user {first.pseudonym('anna')}]"], ["work", f"[user {second.pseudonym('anna')}]"]]
        for key in (first, second):
            _assert_absent(engine, key.path.read_text("ascii"))
    finally:
        apply_decoding(engine)


def _assert_absent(engine: Engine, secret: str) -> None:
    texts = (
        "SELECT count() FROM system.tables WHERE position(create_table_query, {secret:String}) > 0",
        "SELECT count() FROM system.functions WHERE position(create_query, {secret:String}) > 0",
        "SELECT count() FROM assay_policy_versions WHERE position(toString(Statements), {secret:String}) > 0",
    )
    for sql in texts:
        assert engine.query(sql, {"secret": secret}).rows == [[0]]
    reading = [f"SELECT file('{path}')" for path in ("/etc/hostname", "pseudonym-k1.key")]
    reading += ["SELECT assay_policy_clean('user.id', 'anna')", "SELECT * FROM file('/etc/hostname', LineAsString)"]
    for sql in reading:
        with pytest.raises(InvalidInput):
            engine.query_untrusted(sql)
