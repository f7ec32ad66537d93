"""Waivers: what is known to be wrong, and somebody answers for until a day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any, Literal

from assay.core.refusals import refuse, refuse_together, refuse_unknown, refuse_wrong
from assay.quality.documents import Document

KIND, CODE = "compliance_waivers", "waiver_invalid"

_ABOUT = ("check", "framework", "control", "service", "environment", "subject")
PLACE = ("service", "environment", "subject")
_KEYS = (*_ABOUT, "owner", "reason", "expires")


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What `owner` answers for, for a `reason`, up to the end of the day `expires` (UTC).

    It is about the findings of a `check` (of a service, environment or subject, if one is named), or about a whole `control` of
    a `framework`.
    """

    check: str
    framework: str
    control: str
    service: str
    environment: str
    subject: str
    owner: str
    reason: str
    expires: str

    def accepted(self) -> dict[str, str]:
        """Return these fields alone, by name."""
        return {each.name: getattr(self, each.name) for each in fields(Acceptance)}


@dataclass(frozen=True, slots=True)
class Waiver(Acceptance):
    """An acceptance as it is written; `at` is where: `waivers[2]` of `document`."""

    document: Document
    at: str

    @property
    def place(self) -> str:
        """Where it is written, which tells it from any other."""
        return f"{self.document.path}: {self.at}"

    def holds(self, time_ns: int) -> bool:
        """Say whether it is in force at a time in nanoseconds since 1970."""
        end = datetime.combine(date.fromisoformat(self.expires), time(), UTC) + timedelta(days=1)
        return time_ns < int(end.timestamp()) * 1_000_000_000


@dataclass(frozen=True, slots=True)
class WaiverState(Acceptance):
    """A waiver and what it did: `in_force`, `expired` (it does not count) or `unused` (there was nothing to waive).

    `findings` counts the findings that it covers, or is 1 for a control that it covers. `file` is where it is written.
    """

    file: str
    state: Literal["in_force", "expired", "unused"]
    findings: int


def parse_waivers(document: Document) -> list[Waiver]:
    """Read a document of waivers; whether its checks and controls exist is checked elsewhere.

    Raises:
        InvalidInput: it is wrong; each message begins with the path of the key.
    """
    refuse_unknown(CODE, document.content, ("kind", "waivers"), "")
    given = document.content.get("waivers")
    if not isinstance(given, list):
        raise refuse(CODE, "waivers", "it is no list of waivers", "write a list of check, owner, reason and expires")
    reads = [partial(_waiver, each, f"waivers[{index}]", document) for index, each in enumerate(given)]
    refuse_together(*reads)
    return [read() for read in reads]


def state_of(waiver: Waiver, holds: bool, findings: int) -> WaiverState:
    """Say what a waiver did."""
    state: Literal["in_force", "expired", "unused"] = "expired" if not holds else "in_force" if findings else "unused"
    return WaiverState(**waiver.accepted(), file=str(waiver.document.path), state=state, findings=findings)


def places(waivers: Iterable[Waiver]) -> dict[str, list[str]]:
    """Return what statements are told of waivers of a check: lists of services, environments and subjects, empty for any."""
    listed = list(waivers)
    return {f"waived_{name}s": [getattr(waiver, name) for waiver in listed] for name in PLACE}


def _waiver(given: Any, at: str, document: Document) -> Waiver:
    if not isinstance(given, Mapping):
        raise refuse(CODE, at, "it is no mapping", "write check, owner, reason and expires")
    texts = [key for key in (*_ABOUT, "owner", "reason") if key in given or key in ("owner", "reason")]
    parts: dict[str, Callable[[], object]] = {key: partial(_text, given, key, at) for key in texts}
    refuse_wrong(CODE, given, _KEYS, at, {**parts, "expires": partial(_day, given.get("expires"), f"{at}.expires")})
    about = {key: _text(given, key, at) if key in given else "" for key in _ABOUT}
    if bool(about["check"]) == bool(about["control"]):
        raise refuse(CODE, at, "it names no check or control, or both", "write either check, or framework and control")
    if bool(about["control"]) != bool(about["framework"]):
        raise refuse(CODE, at, "framework and control belong together", "write both, or check")
    if about["control"] and (named := next((key for key in PLACE if about[key]), "")):
        raise refuse(CODE, f"{at}.{named}", "a control is waived as a whole", f"name a check to waive it for one {named}")
    told = {key: _text(given, key, at) for key in ("owner", "reason")}
    return Waiver(**about, **told, expires=_day(given.get("expires"), f"{at}.expires"), document=document, at=at)


def _text(given: Mapping[str, Any], key: str, at: str) -> str:
    value = given.get(key)
    if not isinstance(value, str) or not value.strip():
        hint = {"owner": "name who answers for it", "reason": "say why it is accepted"}.get(key, "write a text")
        raise refuse(CODE, f"{at}.{key}", "it is missing" if value is None else "it is no text", hint)
    return value


def _day(value: Any, at: str) -> str:
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            raise refuse(CODE, at, f"{value!r} is no day", "write such as 2026-12-31") from None
    if isinstance(value, datetime) or not isinstance(value, date):
        raise refuse(CODE, at, "it is missing" if value is None else "it is no day", "write such as 2026-12-31")
    return value.isoformat()
