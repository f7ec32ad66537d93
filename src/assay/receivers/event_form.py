"""Events as people write them, in JSON, checked against the registry."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from assay.core import registry
from assay.core.errors import InvalidInput
from assay.core.events import BEGINNINGS, ID, OPENED, RESOLVED, REVISION, SOURCE, AttributeValue, Event, derive_id

MAX_EVENTS = 10_000
ENVIRONMENT = "deployment.environment.name"

_KEYS = {"event", "time", "id", "revision", "attributes", "body"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_NS = 86_400_000_000_000
_MAX_TEXT = 1 << 20
_MAX_ID = 1000


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one event is refused: `index` is its place in the request; code, message and hint are as those of an error."""

    index: int
    event: str
    id: str
    code: str
    message: str
    hint: str


class EventsRefused(InvalidInput):
    """At least one event of a request is refused, so none was taken; `refusals` has the reason of each."""

    def __init__(self, refusals: list[Refusal], total: int) -> None:
        first = refusals[0]
        more = f"{len(refusals)} of {total} events are refused, and none was taken; the first: " if total > 1 else ""
        super().__init__(first.code, more + first.message, first.hint)
        self.refusals = refusals


def read_events(given: Any, environments: Collection[str], now_ns: int, source: str) -> list[Event]:
    """Read one event or a list of them: `{"event", "time", "id", "revision", "attributes", "body"}`, all but `event` optional.

    `time` is RFC 3339 with an offset, `now_ns` if it is left out. `environments` are the known ones; `source` is what
    `qms.event.source` is set to where it is not told.

    Raises:
        EventsRefused: one of them does not fit the registry. Nothing is taken then.
        InvalidInput: it is neither an object nor a list, or an empty or too long one.
    """
    forms = given if isinstance(given, list) else [given]
    if not forms or len(forms) > MAX_EVENTS:
        raise InvalidInput("events_count", f"The request has {len(forms)} events", f"send 1 to {MAX_EVENTS}")
    events: list[Event | None] = []
    refusals: list[Refusal] = []
    for index, form in enumerate(forms):
        try:
            events.append(_Reader(environments, now_ns, source).read(form))
        except InvalidInput as error:
            events.append(None)
            name, key = (str(form.get("event", "")), str(form.get("id", ""))) if isinstance(form, dict) else ("", "")
            refusals.append(Refusal(index, name, key, error.code, error.message, error.hint))
    taken = [event for event in events if event is not None]
    refusals += _out_of_order(events)
    if refusals:
        raise EventsRefused(sorted(refusals, key=lambda refusal: refusal.index), len(forms))
    return taken


def parse_moment(text: Any, name: str) -> int:
    """Return the nanoseconds of an RFC 3339 time with an offset; raises InvalidInput that names `name`."""
    try:
        moment = datetime.fromisoformat(str(text).strip())
        if moment.tzinfo is None:
            raise ValueError
        seconds = (moment - _EPOCH) // timedelta(microseconds=1) * 1000
        if not 0 <= seconds < 2**63:
            raise ValueError
    except (ValueError, OverflowError):
        raise InvalidInput(
            "time_invalid", f"{name}: {text!r} is no time", "write RFC 3339 with an offset, such as 2026-11-03T10:00:00Z"
        ) from None
    return seconds


class _Reader:
    def __init__(self, environments: Collection[str], now_ns: int, source: str) -> None:
        self._environments = environments
        self._now_ns = now_ns
        self._source = source
        self._registry = registry.load()

    def read(self, form: Any) -> Event:
        if not isinstance(form, dict):
            raise InvalidInput("event_malformed", "An event is a JSON object", 'write {"event": …, "attributes": {…}}')
        if unknown := sorted(form.keys() - _KEYS):
            raise InvalidInput(
                "event_malformed", f"{unknown[0]!r} is no key of an event", f"known are {', '.join(sorted(_KEYS))}"
            )
        name = str(form.get("event", ""))
        if name not in self._registry.events:
            raise InvalidInput("event_unknown", f"There is no event {name!r}", _suggest(name, self._registry.events))
        attributes = self._attributes(form)
        self._check_required(name, attributes)
        time_ns = parse_moment(form["time"], "time") if form.get("time") is not None else self._now_ns
        self._check_times(name, time_ns, attributes)
        return Event(name, time_ns, attributes, _text(form.get("body", "")))

    def _attributes(self, form: dict[str, Any]) -> dict[str, AttributeValue]:
        given = form.get("attributes") or {}
        if not isinstance(given, dict):
            raise InvalidInput("event_malformed", "attributes is no JSON object", 'write {"attributes": {"service.name": …}}')
        read: dict[str, AttributeValue] = {}
        for key, value in given.items():
            if value is None or value in ("", []):
                continue  # pipelines pass on variables that are not set
            known = self._registry.attributes.get(key)
            if known is None and key.startswith("qms."):
                raise InvalidInput(
                    "attribute_unknown", f"There is no attribute {key}", _suggest(key, self._registry.attributes)
                )
            read[(known and known.renamed_to) or key] = _typed(key, value, known)
        if form.get("id"):
            read[ID] = _id(form["id"])
        if form.get("revision") is not None:
            read[REVISION] = _typed(REVISION, form["revision"], self._registry.attributes[REVISION])
        read.setdefault(SOURCE, self._source)
        if ENVIRONMENT in read:
            read[ENVIRONMENT] = self._environment(str(read[ENVIRONMENT]))
        return read

    def _environment(self, given: str) -> str:
        aliases = dict(self._registry.attributes[ENVIRONMENT].aliases)
        name = aliases.get(given.lower(), given.lower())
        if name not in self._environments:
            raise InvalidInput(
                "environment_unknown",
                f"There is no environment {given!r}",
                f"use one of {', '.join(self._environments)}, or add it to events.environments in the configuration",
            )
        return name

    def _check_required(self, name: str, attributes: Mapping[str, AttributeValue]) -> None:
        for required in self._registry.events[name].required:
            if required not in attributes:
                about = self._registry.attributes[required]
                raise InvalidInput(
                    "attribute_missing", f"{name} needs {required}", f"{about.brief} For example {about.examples[0]}"
                )

    def _check_times(self, name: str, time_ns: int, attributes: Mapping[str, AttributeValue]) -> None:
        if time_ns > self._now_ns + _DAY_NS:
            raise InvalidInput("time_ahead", f"{name} is more than a day in the future", "check the clock of the sender")
        for key in BEGINNINGS:
            if key in attributes and parse_moment(attributes[key], key) > time_ns:
                if name == RESOLVED:
                    raise _resolved_early(attributes)
                raise InvalidInput("times_crossed", f"{key} is after the end", "time is the end, and has to come later")


def _typed(key: str, value: Any, known: registry.Attribute | None) -> AttributeValue:
    if known is None:
        free: AttributeValue | None = value if isinstance(value, str | bool | int | float) or _is_texts(value) else None
        if free is not None:
            return _bounded(key, free)
        raise _wrong_type(key, value, "a text, a number, true or false, or a list of texts")
    read: AttributeValue | None = _READERS[known.type](value)
    if read is None:
        raise _wrong_type(key, value, _WORDS[known.type])
    if known.values and read not in known.values:
        raise InvalidInput("value_unknown", f"{key} cannot be {value!r}", f"use one of {', '.join(known.values)}")
    if known.format == "rfc3339":
        parse_moment(read, key)
    return _bounded(key, read)


def _bounded(key: str, value: AttributeValue) -> AttributeValue:
    texts = value if isinstance(value, list) else [value]
    if sum(len(text) for text in texts if isinstance(text, str)) > _MAX_TEXT:
        raise InvalidInput("attribute_too_large", f"{key} is larger than 1 MiB", "leave some of it out")
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise InvalidInput("attribute_type", f"{key} has more than 64 bits", "send it as a text")
    return value


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(element, str) for element in value)


_READERS: dict[str, Any] = {
    "string": lambda value: value if isinstance(value, str) else None,
    "int": lambda value: value if isinstance(value, int) and not isinstance(value, bool) else None,
    "double": lambda value: float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None,
    "boolean": lambda value: value if isinstance(value, bool) else None,
    "string[]": lambda value: [value] if isinstance(value, str) else value if _is_texts(value) else None,
}
_WORDS = {
    "string": "a text",
    "int": "a whole number",
    "double": "a number",
    "boolean": "true or false",
    "string[]": "a list of texts",
}


def _wrong_type(key: str, value: Any, wanted: str) -> InvalidInput:
    return InvalidInput("attribute_type", f"{key} cannot be {value!r:.100}", f"write {wanted}")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise InvalidInput("event_malformed", "id and body are texts", "write them in quotes")
    return value


def _id(value: Any) -> str:
    if len(text := _text(value)) > _MAX_ID:
        raise InvalidInput("event_malformed", f"id is longer than {_MAX_ID} characters", "choose a shorter one")
    return text


def _suggest(name: Any, known: Iterable[str]) -> str:
    names = sorted(known)
    close = difflib.get_close_matches(str(name), names, 1)
    if close:
        return f"did you mean {close[0]}?"
    return f"known are {', '.join(names)}" if len(names) < 10 else "see the registry in the reference"


def _resolved_early(attributes: Mapping[str, AttributeValue]) -> InvalidInput:
    return InvalidInput(
        "resolved_before_opened",
        f"Incident {attributes['qms.incident.id']} was resolved before it was opened",
        "check both times; to correct the opening send it again with the same id first",
    )


def _out_of_order(events: list[Event | None]) -> list[Refusal]:
    """Find incidents that one request opens after it resolves them."""
    opened: dict[str, int] = {}
    for event in events:
        if event is not None and event.name == OPENED:
            incident = str(event.attributes["qms.incident.id"])
            opened[incident] = min(event.time_ns, opened.get(incident, event.time_ns))
    refusals = []
    for index, event in enumerate(events):
        if event is None or event.name != RESOLVED:
            continue
        if event.time_ns < opened.get(str(event.attributes["qms.incident.id"]), 0):
            error = _resolved_early(event.attributes)
            key = event.id or derive_id(event.name, event.attributes)
            refusals.append(Refusal(index, event.name, key, error.code, error.message, error.hint))
    return refusals
