"""All exporters: made of the configuration, run, looked at and steered."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from assay.core.errors import AssayError, NotFound
from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.exporters.lane import Lane
from assay.exporters.section import DESTINATIONS, parse, validate
from assay.exporters.source import Source
from assay.exporters.state import State

_LOOK_SECONDS = 5.0
_READERS = 2

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Told:
    """How one signal of an exporter is doing. `position` is a batch; `rate` is items per second over the last minute.

    `missed_rows` were deleted by retention before they were sent. Lag counts what waits before filters.
    """

    exporter: str
    type: str
    signal: str
    paused: bool
    position: int
    lag_rows: int
    lag_seconds: float
    rate: float
    missed_rows: int
    last_error: str
    last_error_at: float


class Exporters:
    """Run the exporters of a configuration; any thread may ask and steer."""

    def __init__(
        self,
        engine: Engine,
        given: Mapping[str, Any],
        directory: Path,
        committed: Callable[[Signal], int],
        path: Path | None = None,
    ) -> None:
        """Make them; what each has sent is remembered below `directory`.

        Raises:
            Misconfigured: the configuration is wrong.
        """
        self._settings = parse(given, path)
        validate(self._settings, engine, path)
        self._states: dict[str, State] = {}
        self._lanes: dict[str, list[Lane]] = {}
        reading = threading.Semaphore(_READERS)
        for name, settings in self._settings.items():
            kind = DESTINATIONS[settings.type]
            place = directory / name
            place.mkdir(parents=True, exist_ok=True)
            state = self._states[name] = State(place / "state.json")
            lanes = self._lanes[name] = []
            for signal, destination in kind.make(settings, settings.signals or kind.signals, place).items():
                source = Source(engine, signal, settings, committed)
                lanes.append(
                    Lane(
                        name,
                        signal,
                        destination=destination,
                        source=source,
                        state=state,
                        settings=settings,
                        reading=reading,
                        directory=place,
                    )
                )
        self._stopping = threading.Event()
        self._watch = threading.Thread(target=self._look, name="exporters")

    def start(self) -> None:
        for lane in self._all():
            lane.start()
        self._watch.start()

    def stop(self) -> None:
        """End all; each goes on after the next start where it was."""
        self._stopping.set()
        for lane in self._all():
            lane.ask_to_stop()
        self._watch.join()
        for lane in self._all():
            lane.stop()

    def told(self) -> list[Told]:
        """Return how each is doing."""
        return [self._tell(name, lane) for name, lanes in self._lanes.items() for lane in lanes]

    def pause(self, name: str, paused: bool) -> None:
        """Hold an exporter, or let it go on; it stays so after a restart.

        Raises:
            NotFound: there is none of that name.
        """
        self._known(name).pause(paused)
        self._nudge(name)

    def replay(self, name: str, since: float) -> None:
        """Send everything again that was received since a time (Unix seconds).

        Raises:
            NotFound: there is no exporter of that name.
        """
        state = self._known(name)
        for lane in self._lanes[name]:
            state.move(lane.signal, lane.source.before(since))
        self._nudge(name)

    def _all(self) -> list[Lane]:
        return [lane for lanes in self._lanes.values() for lane in lanes]

    def _known(self, name: str) -> State:
        if name not in self._states:
            known = ", ".join(self._states) or "none"
            raise NotFound("exporter_unknown", f"There is no exporter {name!r}", f"configured are: {known}")
        return self._states[name]

    def _nudge(self, name: str) -> None:
        for lane in self._lanes[name]:
            lane.nudge.set()

    def _tell(self, name: str, lane: Lane) -> Told:
        state = self._states[name]
        position = state.position(lane.signal)
        return Told(
            name, self._settings[name].type, lane.signal, state.paused, position.batch if position else 0, lane.lag_rows(),
            lane.lag_seconds(), lane.rate(), state.missed(lane.signal), lane.last_error, lane.last_error_at,
        )  # fmt: skip

    def look(self) -> None:
        """Find out what waits, and what was deleted before it was sent; this is done every few seconds."""
        for lane in self._all():
            try:
                lane.look()
            except (AssayError, OSError) as error:
                log.warning("exporter_lag_unknown", reason=str(error))

    def _look(self) -> None:
        while not self._stopping.wait(_LOOK_SECONDS):
            self.look()
