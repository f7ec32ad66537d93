"""What a Git repository knows of its commits."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from urllib.parse import urlsplit

from assay.core.errors import InvalidInput

MAX_COMMITS = 5000

_SECONDS = 60
_UNIT, _RECORD = "\x1f", "\x1e"
_FORMAT = _UNIT.join(["%H", "%cI", "%aI", "%an", "%P", "%B"]) + _RECORD
_REVERTS = re.compile(r"^This reverts commit ([0-9a-f]{7,64})", re.MULTILINE)
_SCP = re.compile(r"(?:[^@/]+@)?(?P<host>[^:/]+):(?P<path>[^/].*)")


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit: times are RFC 3339; `reverts` are the revisions that its message says it undoes."""

    revision: str
    committed_at: str
    authored_at: str
    author: str
    parents: int
    title: str
    reverts: tuple[str, ...]


def ask_git(*arguments: str) -> str:
    """Return what git prints in the current directory, or nothing if it fails or is not there."""
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, timeout=_SECONDS, check=True)  # noqa: S603, S607 - whichever git the pipeline uses
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8", "replace").strip()


def resolve(revision: str) -> str:
    """Return the full revision of a commit, or what was given if the repository does not know it."""
    return ask_git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}") or revision


def read_commits(first: str, last: str) -> list[Commit]:
    """Return the commits that are in `last` and not in `first`, the newest first; only `last` itself if `first` is empty.

    Raises:
        InvalidInput: the repository does not have them; a shallow clone may end before `first`.
    """
    wanted = [f"{first}..{last}"] if first else ["-1", last]
    printed = ask_git("log", f"--max-count={MAX_COMMITS}", f"--format={_FORMAT}", *wanted, "--")
    if not printed and not (first and resolve(first) == resolve(last)) and not _knows(first, last):
        raise InvalidInput(
            "commits_unknown",
            f"This repository does not have the commits {first}..{last}" if first else f"This repository does not have {last}",
            "fetch the whole history (GitHub Actions: fetch-depth: 0; GitLab CI: GIT_DEPTH: 0)",
        )
    return [_commit(record) for record in printed.split(_RECORD) if record.strip()]


def normalize_url(url: str) -> str:
    """Return the address of a repository as people open it: https, without `.git` and without credentials."""
    url = url.strip().removesuffix("/").removesuffix(".git")
    if "://" not in url:
        match = _SCP.fullmatch(url)
        return f"https://{match['host']}/{match['path']}" if match else ""
    parts = urlsplit(url)
    if not parts.hostname or parts.scheme not in ("http", "https", "ssh", "git"):
        return ""
    port = f":{parts.port}" if parts.port and parts.scheme in ("http", "https") else ""
    scheme = parts.scheme if parts.scheme in ("http", "https") else "https"
    return f"{scheme}://{parts.hostname}{port}{parts.path}"


def _knows(*revisions: str) -> bool:
    return all(ask_git("cat-file", "-t", revision) == "commit" for revision in revisions if revision)


def _commit(record: str) -> Commit:
    revision, committed_at, authored_at, author, parents, message = record.strip().split(_UNIT, 5)
    return Commit(
        revision=revision,
        committed_at=committed_at,
        authored_at=authored_at,
        author=author,
        parents=len(parents.split()),
        title=message.partition("\n")[0][:200],
        reverts=tuple(_REVERTS.findall(message)),
    )
