"""What the modules of all senders make: event forms, or the reason why a message is none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from assay.core.errors import InvalidInput

Form = dict[str, Any]

_OFFSET = re.compile(r" ?([+-]\d\d):?(\d\d)$")
_REVERTS = re.compile(r"^This reverts commit ([0-9a-f]{7,64})", re.MULTILINE)
_ROOT_CAUSE = re.compile(r"root cause:?\s+([0-9a-f]{7,64})\b", re.IGNORECASE)


class Ignored(Exception):
    """The message is valid and no event of ours; `reason` is one of few words, for counting."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Convert(Protocol):
    """Make event forms of a message; raises Ignored if there is nothing to make, InvalidInput if it is malformed."""

    def __call__(self, message: Any, headers: Mapping[str, str], parameters: Mapping[str, str]) -> list[Form]: ...


def form(event: str, time: str | None, attributes: Form, key: str | None = None, revision: int | None = None) -> Form:
    """Build one event; `revision` orders what is said of one id, whatever the order of arrival."""
    return {"event": event, "time": time, "id": key, "revision": revision, "attributes": attributes}


def part(message: Any, *path: str) -> Any:
    """Return what is at a path of keys, or None where there is nothing."""
    for key in path:
        message = message.get(key) if isinstance(message, dict) else None
    return message


def text(message: Any, *path: str) -> str:
    """Return the text or number at a path of keys as text, empty where there is none."""
    found = part(message, *path)
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""


def need(message: Any, *path: str) -> str:
    """Return the text at a path of keys; raises InvalidInput if there is none."""
    if not (found := text(message, *path)):
        raise InvalidInput(
            "webhook_malformed",
            f"The message has no {'.'.join(path)}",
            "check that the sender and the path of the URL belong together",
        )
    return found


def moment(given: str) -> str:
    """Return a time of a sender, such as `2021-04-28 21:50:00 +0200` or `… UTC`, as RFC 3339; empty if there is none."""
    return _OFFSET.sub(r"\1:\2", given.strip().removesuffix(" UTC") + ("Z" if given.strip().endswith(" UTC") else ""))


def from_milliseconds(given: Any) -> str:
    """Return milliseconds since 1970 as RFC 3339; empty if it is no number."""
    if not isinstance(given, int | float) or isinstance(given, bool) or not 0 < given < 1e14:
        return ""
    return datetime.fromtimestamp(given / 1000, UTC).isoformat()


def order(time: str) -> int | None:
    """Return the milliseconds of a time, which order what is said of one event."""
    try:
        return int(datetime.fromisoformat(time).timestamp() * 1000)
    except ValueError:
        return None


def reverted(message: str) -> list[str]:
    """Return the revisions that a commit message says it undoes."""
    return _REVERTS.findall(message)


def root_causes(description: str) -> list[str]:
    """Return the revisions that the text of an incident names as `root cause: <revision>`."""
    return _ROOT_CAUSE.findall(description)


def change(revision: str, time: str, title: str, source: str, **attributes: Any) -> Form:
    """Build a `qms.change.committed`; what different messages say of one commit stays side by side, by `source`."""
    reverts = attributes.pop("reverts", [])
    told = {
        "vcs.ref.head.revision": revision,
        "vcs.change.title": title.partition("\n")[0][:200],
        "qms.change.reverts": reverts,
        "qms.change.category": attributes.pop("category", None) or ("revert" if reverts else None),
        **attributes.pop("more", {}),
    }
    return form("qms.change.committed", time, told, f"change/{revision}/{source}")


def severity_of(labels: list[str]) -> str:
    """Return the severity that a label tells, such as `sev1`, `severity: high` or `severity::high`."""
    for label in labels:
        name = label.lower()
        if match := re.fullmatch(r"severity[:/ -]+(.+)", name):
            return match[1].strip()
        if re.fullmatch(r"(sev|p)-?\d", name):
            return name
    return ""
