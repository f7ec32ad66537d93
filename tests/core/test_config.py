from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from assay.core.config import Bytes, Config, load
from assay.core.errors import Misconfigured


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("ASSAY_")]:
        monkeypatch.delenv(name)


def _file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "assay.yaml"
    path.write_text(text, "utf-8")
    return path


def test_nothing_needs_to_be_configured() -> None:
    """Without a file and variables the defaults hold: the ports of OTLP, and loopback only."""
    config = load()
    assert (config.receivers.otlp.grpc.port, config.receivers.otlp.http.port, config.api.port) == (4317, 4318, 8777)
    assert {config.receivers.otlp.grpc.host, config.receivers.otlp.http.host, config.api.host} == {"127.0.0.1"}


def test_flags_win_over_the_environment_which_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of three values for a key the flag's counts, then the variable's, then the file's; other keys keep theirs."""
    path = _file(tmp_path, "api: {port: 1, host: localhost}\nstore: {streams: 3}\nretention: {logs_days: 7}")
    monkeypatch.setenv("ASSAY_API__PORT", "2")
    monkeypatch.setenv("ASSAY_STORE__STREAMS", "4")
    config = load(path, {"api": {"port": 5}})
    assert (config.api.port, config.store.streams, config.retention.logs_days) == (5, 4, 7)
    assert config.api.host == "localhost"


def _leaves(model: dict[str, Any], above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    for name, value in model.items():
        found += _leaves(value, (*above, name)) if isinstance(value, dict) else [(*above, name)]
    return found


@pytest.mark.parametrize("key", _leaves(Config().model_dump()), ids=".".join)
def test_every_key_is_overridden_by_the_environment(key: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each key has a variable `ASSAY_A__B__C`: a value that no key allows is refused under the key's name."""
    monkeypatch.setenv("ASSAY_" + "__".join(key).upper(), '{"not": "allowed"}')
    if key[-1] in {"data_dir", "directory", "host", "log_level"} or key[-1].endswith(("_path", "_dir")):
        monkeypatch.setenv("ASSAY_" + "__".join(key).upper(), "10.0.0.1")
    try:
        value: Any = load().model_dump()
    except Misconfigured as error:
        assert ".".join(key) in error.message
    else:
        for name in key:
            value = value[name]
        assert str(value) == "10.0.0.1"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("jornal: {}", "jornal: unknown key"),
        ("journal: {max_byte: 5}", "journal.max_byte: unknown key"),
        ("api: {port: 70000}", "api.port: Input should be less than or equal to 65535"),
        ("log_level: loud", "log_level: String should match pattern '^(debug|info|warning|error)$'"),
        ("store: {streams: 0}", "store.streams: Input should be greater than or equal to 1"),
        ("journal: {max_bytes: many}", "journal.max_bytes: 'many' is no size"),
        ("journal: 5", "journal: "),
        ("- a\n- b", "does not hold a mapping"),
        ("a: [", "Cannot read"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, text: str, named: str) -> None:
    """An unknown key or a value that is not allowed is an error that names the key and what is allowed."""
    with pytest.raises(Misconfigured) as caught:
        load(_file(tmp_path, text))
    assert named in caught.value.message
    assert caught.value.hint


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """Two mistakes are two lines of one error, so that nobody fixes them one by one."""
    with pytest.raises(Misconfigured, match=r"retention\.logs_days: .*; api\.port: "):
        load(_file(tmp_path, "api: {port: -1}\nretention: {logs_days: 0}"))


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("ASSAY_API__PROT", "1", "api.prot: unknown key"),
        ("ASSAY_JORNAL__MAX_BYTES", "1", "jornal.max_bytes: unknown key"),
        ("ASSAY_API__PORT", "x", "api.port: "),
        ("ASSAY_RECEIVERS__OTLP__HTTP__CORS_ORIGINS", "https://a.example", "not valid JSON"),
    ],
)
def test_a_mistake_in_the_environment_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, named: str) -> None:
    """A variable that fits no key, or whose value is not allowed, is an error like one in the file."""
    monkeypatch.setenv(name, value)
    with pytest.raises(Misconfigured) as caught:
        load()
    assert named in caught.value.message


def test_an_unreadable_file_is_an_error(tmp_path: Path) -> None:
    """A path to nothing, and a file that is no text, are refused with the path."""
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for name in ("binary", "nothing"):
        with pytest.raises(Misconfigured, match=name):
            load(tmp_path / name)


@pytest.mark.parametrize("text", ["", "# nothing\n", "journal:\n", "receivers:\n  otlp:\n"])
def test_an_empty_file_or_section_means_the_defaults(tmp_path: Path, text: str) -> None:
    """A file or section in which everything is commented out is as good as none."""
    assert load(_file(tmp_path, text)) == load()


@pytest.mark.parametrize("key", ["api", "receivers.otlp.grpc", "receivers.otlp.http", "exporters.page"])
@pytest.mark.parametrize(
    ("host", "refused"),
    [
        ("127.0.0.1", False),
        ("127.1.2.3", False),
        ("::1", False),
        ("localhost", False),
        ("0.0.0.0", True),
        ("::", True),
        ("192.168.1.5", True),
        ("assay.example.com", True),
        ("", True),
    ],
)
def test_addresses_other_than_loopback_are_refused(key: str, host: str, refused: bool) -> None:
    """While nothing asks for credentials a listener is on loopback, unless insecure_no_auth says otherwise."""
    overrides: dict[str, Any] = {"host": host}
    for name in reversed(key.split(".")):
        overrides = {name: overrides}
    if refused:
        with pytest.raises(Misconfigured, match=f"{key}.host: .*--insecure-no-auth"):
            load(None, overrides)
    else:
        load(None, overrides)
    load(None, {**overrides, "insecure_no_auth": True})


_bytes: TypeAdapter[int] = TypeAdapter(Bytes)


@given(st.integers(1, 1 << 20), st.sampled_from([("", 0), ("B", 0), ("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40)]))
def test_sizes_have_binary_units(number: int, unit: tuple[str, int]) -> None:
    """A size is a number of bytes, or a number with a binary unit, with or without a space."""
    assert _bytes.validate_python(number) == number
    for space in ("", " "):
        assert _bytes.validate_python(f"{number}{space}{unit[0]}") == number << unit[1]


@pytest.mark.parametrize("text", ["", "MiB", "5MB", "5 Mi", "-1", "1.2.3KiB", "0", "5iB", "five"])
def test_other_sizes_are_refused(text: str) -> None:
    """Decimal units, signs and other words are no size; MB is refused rather than taken for MiB."""
    with pytest.raises(ValidationError):
        _bytes.validate_python(text)


def test_fractions_of_a_unit_are_sizes() -> None:
    """1.5KiB is 1536 bytes."""
    assert _bytes.validate_python("1.5KiB") == 1536


def test_the_schema_describes_every_key() -> None:
    """The JSON schema says for each key what it is, and allows no unknown ones."""
    schema = Config.model_json_schema()
    for section in [schema, *schema["$defs"].values()]:
        assert section["additionalProperties"] is False
        for name, key in section["properties"].items():
            assert "$ref" in json.dumps(key) or key.get("description"), name
