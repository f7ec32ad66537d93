"""What compliance checks are told about Assay itself, by the names of their parameters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from assay.core.config import Config
from assay.core.ports import Emit, Engine
from assay.core.signals import Signal
from assay.exporters import Exporters
from assay.journal import DeadLetter
from assay.policies import PolicyKeeper
from assay.quality import conventions
from assay.quality.compliance import Assessor, Evidence, Library
from assay.quality.documents import Documents

_LOOKED_AT = 500_000
_EXAMINED = 50_000
_COUNT = """SELECT sum(Spans) FROM assay_service_metrics_hourly
WHERE Hour >= assay_time_from({start:Int64}, 3600) AND Hour < assay_time_until({end:Int64}, 3600)"""


def open_assessor(
    engine: Engine,
    config: Config,
    config_file: Path | None,
    *,
    emit: Emit,
    keeper: PolicyKeeper,
    exporters: Exporters,
    dead_letters: Callable[[], Iterable[DeadLetter]],
) -> Assessor:
    """Return what assesses the frameworks of Assay and of the owners' documents, and keeps the results through `emit`."""
    library = Library(Documents(config.quality.directory, config_file))

    def evidence(engine: Engine) -> Evidence:
        return gather(engine, config, keeper, exporters, dead_letters)

    return Assessor(engine, emit, evidence=evidence, library=library)


def gather(
    engine: Engine,
    config: Config,
    keeper: PolicyKeeper,
    exporters: Exporters,
    dead_letters: Callable[[], Iterable[DeadLetter]],
) -> Evidence:
    """Return the ways to each piece of evidence; what they give is put into events, so no secret is among it."""
    return {
        "one_in": partial(_one_in, engine),
        "settings": lambda _start, _end: {**settings(config), **_policies(keeper)},
        "conventions": partial(_scores, engine),
        "exporter_endpoints": lambda _start, _end: endpoints(config.exporters),
        "exporter_lag_seconds": lambda _start, _end: {
            f"{each.exporter}/{each.signal}": each.lag_seconds for each in exporters.told()
        },
        "dead_items": partial(_dead_items, dead_letters),
    }


def settings(config: Config) -> dict[str, str]:
    """Return the settings that checks ask for: among them the host of everything that listens, unless it is switched off."""
    sections = {"receivers": config.receivers.model_dump(), "api": config.api.model_dump(), "exporters": config.exporters}
    return {
        **dict(_hosts(sections)),
        "receivers.webhooks.unsigned": ",".join(config.receivers.webhooks.unsigned),
        "events.environments": ",".join(config.events.environments),
        "retention.traces_days": str(config.retention.traces_days),
        "retention.logs_days": str(config.retention.logs_days),
        "retention.events_days": str(config.retention.events_days),
        "retention.service_metrics_days": str(config.retention.service_metrics_days),
    }


def _hosts(section: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Give each key `host` with its path, so that no listener is forgotten that comes later."""
    for name, value in section.items():
        if isinstance(value, Mapping) and value.get("enabled") is not False:
            yield from _hosts(value, f"{path}{name}.")
        elif name == "host" and isinstance(value, str):
            yield f"{path}{name}", value


def endpoints(exporters: Mapping[str, Any]) -> dict[str, str]:
    """Return the address of each exporter that has one, without user, password and query."""
    return {name: _bare(str(given["endpoint"])) for name, given in _exporters(exporters) if given.get("endpoint")}


def _exporters(given: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    return [(name, options) for name, options in given.items() if isinstance(options, Mapping)]


def _bare(address: str) -> str:
    if "://" not in address:
        return address.rpartition("@")[2]
    parts = urlsplit(address)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def _policies(keeper: PolicyKeeper) -> dict[str, str]:
    now = keeper.in_force
    return {
        "policies.version": now.policies.version,
        "policies.problem": now.problem,
        "policies.scrubbing": "true" if now.policies.scrubbing else "false",
    }


def _one_in(engine: Engine, start_ns: int, end_ns: int) -> int:
    spans = int(engine.query(_COUNT, {"start": start_ns, "end": end_ns}).rows[0][0] or 0)
    return max(1, -(-spans // _LOOKED_AT))


def _scores(engine: Engine, start_ns: int, end_ns: int) -> dict[str, float]:
    examined = conventions.examine(engine, conventions.Question(start_ns, end_ns, end_ns, max_spans=_EXAMINED))
    return {service.name: service.score for service in examined.services if service.name and service.score is not None}


def _dead_items(dead_letters: Callable[[], Iterable[DeadLetter]], start_ns: int, end_ns: int) -> dict[str, int]:
    found = Counter({str(signal): 0 for signal in Signal})
    for letter in dead_letters():
        if start_ns <= letter.buried_unix_nano < end_ns:
            found[str(letter.signal)] += letter.items
    return dict(found)
