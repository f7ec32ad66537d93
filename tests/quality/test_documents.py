from __future__ import annotations

import os
from pathlib import Path

import pytest

from assay.core.errors import InvalidInput
from assay.core.refusals import refuse
from assay.quality.documents import KINDS, Document, Documents


def _name(document: Document) -> str:
    name = document.content.get("name")
    if not isinstance(name, str):
        raise refuse("gate_invalid", "name", "it is no text", "write a name")
    return name


def _write(directory: Path, **files: str) -> None:
    directory.mkdir(exist_ok=True, parents=True)
    for name, text in files.items():
        (directory / f"{name}.yaml").write_text(text, "utf-8")


def test_a_bad_file_takes_nothing_away_from_the_good_ones(tmp_path: Path) -> None:
    """What can be used is used; what cannot is told with its file, line, key, reason and hint."""
    _write(tmp_path, good="kind: gate\nname: a\n", bad="kind: gate\n\nname: [1]\n", other="kind: compliance_waivers\n")
    found = Documents(tmp_path).read("gate", _name)
    assert found.documents == ["a"]
    (problem,) = found.problems
    assert str(problem) == f"{tmp_path / 'bad.yaml'}:3: name: it is no text"
    assert (problem.kind, problem.hint) == ("gate", "write a name")


@pytest.mark.parametrize(
    ("text", "line", "words", "hint"),
    [
        ("kind: gait\n", 1, "kind: 'gait' is no kind of document", ", ".join(KINDS)),
        ("name: a\n", 0, "kind: it is missing", ", ".join(KINDS)),
        ("- a\n", 0, "it holds no mapping", "kind: gate"),
        ("kind: gate\nname: a: b\n", 2, "no valid YAML", "colons"),
        ("kind: gate\nname: a\nname: b\n", 3, "'name' is there twice", "quotes"),
        ("kind: gate\n? [a]\n: 1\n", 2, "no valid YAML", "colons"),
        ("", 0, "it holds no mapping", "kind: gate"),
    ],
)
def test_a_file_of_no_known_kind_is_a_problem_of_every_kind(
    tmp_path: Path, text: str, line: int, words: str, hint: str
) -> None:
    """Nobody can say whose it is, so everybody is told."""
    _write(tmp_path, bad=text)
    for kind in KINDS:
        (problem,) = Documents(tmp_path).read(kind, _name).problems
        assert problem.line == line
        assert words in problem.message
        assert hint in problem.hint


def test_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    """A file in another encoding is a problem and no stack trace."""
    (tmp_path / "bad.yaml").write_bytes(b"kind: gate\nname: \xff\n")
    (problem,) = Documents(tmp_path).read("gate", _name).problems
    assert "cannot be read" in problem.message


def test_a_change_counts_the_next_time(tmp_path: Path) -> None:
    """Nothing has to be started again: files that are new, changed or gone show at once."""
    documents = Documents(tmp_path)
    _write(tmp_path, one="kind: gate\nname: a\n")
    assert documents.read("gate", _name).documents == ["a"]
    _write(tmp_path, one="kind: gate\nname: bb\n", two="kind: gate\nname: c\n")
    assert documents.read("gate", _name).documents == ["bb", "c"]
    (tmp_path / "one.yaml").unlink()
    assert documents.read("gate", _name).documents == ["c"]


def test_a_file_that_did_not_change_is_not_parsed_again(tmp_path: Path) -> None:
    """Asking often costs a look at each file, not more."""
    parsed: list[Path] = []

    def parse(document: Document) -> str:
        parsed.append(document.path)
        raise InvalidInput("gate_invalid", "name: wrong", "")

    _write(tmp_path, one="kind: gate\nname: a\n")
    documents = Documents(tmp_path)
    assert documents.read("gate", parse) == documents.read("gate", parse)
    assert parsed == [tmp_path / "one.yaml"]


def test_the_directory_is_found_beside_the_configuration_or_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Left out of the configuration, it is `quality/` beside the file, or else in the working directory, once there is one."""
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    monkeypatch.chdir(here)
    documents = Documents(None, there / "assay.yaml")
    assert documents.read("gate", _name).documents == []
    _write(here / "quality", one="kind: gate\nname: here\n")
    assert documents.read("gate", _name).documents == ["here"]
    _write(there / "quality", one="kind: gate\nname: there\n")
    assert documents.read("gate", _name).documents == ["there"]
    assert Documents(here / "other", there / "assay.yaml").directory == here / "other"


def test_what_is_hidden_or_no_yaml_is_left_alone(tmp_path: Path) -> None:
    """The directory may be a checkout with other files in it; folders in it are read too."""
    _write(tmp_path / ".git", one="kind: gate\nname: a\n")
    (tmp_path / "README.md").write_text("kind: gate")
    os.mkfifo(tmp_path / "pipe.yaml")
    _write(tmp_path / "team", one="kind: gate\nname: b\n")
    assert Documents(tmp_path).read("gate", _name).documents == ["b"]
