"""The YAML documents that owners keep in Git: gates, frameworks and waivers, one document a file, of one directory."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import yaml

from assay.core.errors import InvalidInput
from assay.core.lines import find_line
from assay.core.refusals import errors_of, refuse

KINDS = ("gate", "compliance_framework", "compliance_waivers")
"""What a document may be, as its key `kind` says."""

_CODE = "document_invalid"
_SUFFIXES = (".yaml", ".yml")
_DEFAULT = "quality"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Document:
    """A file as it was read: `content` is the whole mapping with `kind`, `version` tells its text from any other."""

    path: Path
    kind: str
    content: Mapping[str, Any]
    text: str
    version: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a file cannot be used. `line` is from 1, 0 if it is about no line; `kind` is empty if not even that is known.

    `message` begins with the path of the key.
    """

    file: str
    line: int
    kind: str
    message: str
    hint: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message}"


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """The documents of a kind that can be used, by file, and the problems of those that cannot."""

    documents: list[T]
    problems: list[Problem]


def read_document(path: Path) -> Document:
    """Read a file; only that it is a mapping of a known `kind` is checked.

    Raises:
        InvalidInput: it cannot be read, is no YAML, has a key twice, or is of no known kind; `locate` tells the line.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(_CODE, f"cannot be read: {error}", "check the file and its encoding, UTF-8") from error
    return parse_document(text, path)


def parse_document(text: str, path: Path) -> Document:
    """Read the text of a file; see `read_document` for its errors."""
    try:
        # A SafeLoader that refuses what it would silently drop.
        content = yaml.load(text, _Loader)  # noqa: S506
    except yaml.YAMLError as error:
        raise _NoYaml(error) from error
    if not isinstance(content, dict):
        raise InvalidInput(_CODE, "it holds no mapping", "begin with a line such as `kind: gate`")
    kind = content.get("kind")
    if kind not in KINDS:
        reason = "it is missing" if kind is None else f"{kind!r} is no kind of document"
        raise refuse(_CODE, "kind", reason, f"known are {', '.join(KINDS)}")
    return Document(path, str(kind), content, text, hashlib.sha256(text.encode()).hexdigest()[:12])


def locate(error: InvalidInput, path: Path, text: str = "", kind: str = "") -> Problem:
    """Say of an error in a document where it is: its message begins with the path of the key, as `refuse` makes it."""
    line = error.line if isinstance(error, _NoYaml) else find_line(text, error.message.partition(": ")[0]) or 0
    return Problem(str(path), line, kind, error.message, error.hint)


def locate_all(error: InvalidInput, path: Path, text: str = "", kind: str = "") -> list[Problem]:
    """Do as `locate` for each error that one stands for."""
    return [locate(each, path, text, kind) for each in errors_of(error)]


class Documents:
    """Read the directory anew whenever it is asked; a file that has not changed is not parsed again. Any thread may call."""

    def __init__(self, directory: Path | None, config_file: Path | None = None) -> None:
        """Read `directory`, or else `quality/` beside the configuration file, or else in the working directory."""
        beside = [config_file.absolute().parent / _DEFAULT] if config_file else []
        self._candidates = [directory.absolute()] if directory else [*beside, Path(_DEFAULT).absolute()]
        self._lock = threading.Lock()
        self._known: dict[tuple[Path, Hashable], tuple[tuple[int, int], Any]] = {}

    @property
    def directory(self) -> Path:
        """The directory that is read, whether it exists or not."""
        return next((each for each in self._candidates if each.is_dir()), self._candidates[0])

    def read(self, kind: str, parse: Callable[[Document], T]) -> Found[T]:
        """Return the documents of a kind as `parse` makes them, and every problem that may be about one of them.

        `parse` must be a function of the document alone, and raises InvalidInput with a message that begins with the path of
        the key. A file whose kind is not known is a problem of every kind.
        """
        found: Found[T] = Found([], [])
        for path in _files(self.directory):
            read = self._read(path, kind, parse)
            if isinstance(read, _Problems):
                found.problems.extend(each for each in read if each.kind in ("", kind))
            elif read is not None:
                found.documents.append(read)
        return found

    def _read(self, path: Path, kind: str, parse: Callable[[Document], T]) -> T | _Problems | None:
        try:
            state = path.stat()
        except OSError as error:
            return _Problems([Problem(str(path), 0, "", f"cannot be read: {error.strerror}", "check the file")])
        signature, key = (state.st_mtime_ns, state.st_size), (path, kind)
        with self._lock:
            known = self._known.get(key)
        if known is None or known[0] != signature:
            known = signature, _parse(path, kind, parse)
            with self._lock:
                self._known[key] = known
        made: T | _Problems | None = known[1]
        return made


class _Problems(list[Problem]):
    """What is wrong with a file, in the place of what it would have been read as."""


def _parse(path: Path, kind: str, parse: Callable[[Document], T]) -> T | _Problems | None:
    text, of = "", ""
    try:
        document = read_document(path)
        text, of = document.text, document.kind
        return parse(document) if of == kind else None
    except InvalidInput as error:
        return _Problems(locate_all(error, path, text or _text(path), of))


def _files(directory: Path) -> list[Path]:
    """Return the YAML files in and under the directory, without hidden ones, by name."""
    return sorted(
        path
        for path in directory.rglob("*")
        if path.suffix in _SUFFIXES and path.is_file() and not any(_hidden(path.relative_to(directory)))
    )


def _hidden(path: Path) -> Iterator[bool]:
    return (part.startswith(".") for part in path.parts)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


class _NoYaml(InvalidInput):
    """The text is no YAML; `line` is where that shows."""

    def __init__(self, error: yaml.YAMLError) -> None:
        mark = getattr(error, "problem_mark", None)
        self.line = mark.line + 1 if mark else 0
        reason = getattr(error, "problem", None) or str(error)
        super().__init__(_CODE, f"no valid YAML: {reason}", "check indentation, quotes and colons there")


class _Loader(yaml.SafeLoader):
    """Refuse a key that is there twice: the first would be dropped without a word, and with it what a gate demands."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"the key {key.value!r} is there twice", key.start_mark)
            seen.add(key.value)
        made: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return made
