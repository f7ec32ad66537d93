"""Wiring: which rooms run, in which process.

`assay serve` is a supervisor with two children. *Intake* receives and journals; *core* stores and answers. They share
the data directory and nothing else, so either can be killed and the other goes on. Where pages of metrics are to be scraped
there is a third, the *scraper*, which hands what it finds to intake.
"""

from __future__ import annotations

import asyncio
import datetime
import fcntl
import gc
import json
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import click
import structlog

from assay.core import logs, metrics
from assay.core.addresses import free_port
from assay.core.config import Config
from assay.core.errors import AssayError, Misconfigured
from assay.core.events import Event
from assay.core.intake import Intake
from assay.core.processes import Child, stop_event, supervise, watch_parent
from assay.core.signals import Signal

if TYPE_CHECKING:
    from assay.policies import PolicyKeeper

_GRACE_SECONDS = 5.0
_DRAIN_SECONDS = 60.0
_CORE_NICENESS = 10
_QUICKER = {
    # Buffers of large requests are reused instead of being given back to the kernel: a third less CPU time for each.
    "MALLOC_MMAP_THRESHOLD_": str(4 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(64 << 20),
    # We say ourselves what is wrong with an address.
    "GRPC_VERBOSITY": "NONE",
}

log = structlog.get_logger(__name__)


class _Follower(Protocol):
    """What works on its own beside the questions, on what is in the store."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


def serve(config: Config, config_file: Path | None = None) -> None:
    """Run intake and core until SIGTERM or SIGINT, then drain and return; core follows the policies in `config_file`.

    Raises:
        Misconfigured: the data directory is in use or cannot be used, or an address is taken.
    """
    logs.configure(config.log_level, "supervisor")
    stopping = stop_event()
    lock = _lock(config.data_dir)
    config = _with_ports(config)
    run = _run_directory(config)
    shutil.rmtree(run, ignore_errors=True)
    run.mkdir(parents=True)
    (run / "config.json").write_text(config.model_dump_json(), "utf-8")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = _counters(run)
    for name, value in _QUICKER.items():
        os.environ.setdefault(name, value)
    followed = [config_file.absolute()] if config_file else []
    children = [
        Child(
            name, [sys.executable, "-m", "assay.app", name, str(run / "config.json"), *map(str, followed)], stop_seconds, [lock]
        )
        for name, stop_seconds in (
            *([("scraper", _GRACE_SECONDS)] if config.receivers.prometheus.scrape else []),
            ("intake", 4 * _GRACE_SECONDS),
            ("core", _DRAIN_SECONDS + _GRACE_SECONDS),
        )
    ]
    threading.Thread(target=_announce, args=(config, stopping), name="announce", daemon=True).start()
    try:
        ended_well = supervise(children, stopping)
    finally:
        shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
    if not ended_well:
        raise AssayError(
            "stop_unclean", "Not everything ended in time", "what was acknowledged is in the journal and loads next time"
        )


def run_intake(config: Config, config_file: Path | None = None) -> None:
    """Receive and journal until told to stop, then seal the journal."""
    from assay.journal import Journal  # noqa: PLC0415 - each process loads only its own rooms
    from assay.receivers import Budget, Legacy, OtlpGrpc, OtlpHttp, event_handlers  # noqa: PLC0415

    stopping = stop_event()
    watch_parent(stopping)
    # A writer that comes back from the disk waits at most so long for the event loop to let it run Python.
    sys.setswitchinterval(0.0005)
    otlp = config.receivers.otlp
    journal = Journal(config.data_dir / "journal", config.journal)
    budget = Budget.for_requests(otlp.max_request_bytes)
    handlers = event_handlers(config, journal.accept)

    async def receive() -> None:
        legacy = Legacy(config.receivers, journal.accept, budget)
        receivers: list[OtlpGrpc | OtlpHttp | Legacy] = [legacy]
        if otlp.grpc.enabled:
            receivers.append(OtlpGrpc(otlp, journal.accept, budget))
        if otlp.http.enabled:
            receivers.append(OtlpHttp(otlp, journal.accept, budget, handlers=handlers))
        receivers.append(OtlpHttp(otlp, journal.accept, budget, handlers=handlers, path=_socket()))
        for receiver in receivers:
            await receiver.start()
        _note_ready(config, "intake", legacy.ports)
        await asyncio.to_thread(stopping.wait)
        await asyncio.gather(*(receiver.stop(_GRACE_SECONDS) for receiver in receivers))

    try:
        _run_loop(receive())
    finally:
        for handler in handlers.values():
            handler.door.close()
        journal.close()


def run_scraper(config: Config, config_file: Path | None = None) -> None:
    """Ask the targets of Prometheus for their metrics until told to stop."""
    from assay.receivers.prometheus.scraper import scrape  # noqa: PLC0415

    stopping = stop_event()
    watch_parent(stopping)
    os.nice(_CORE_NICENESS)
    _run_loop(scrape(config.receivers.prometheus.scrape, Intake(_socket()).send_metrics, stopping))


def run_core(config: Config, config_file: Path | None = None) -> None:
    """Load the journal, keep retention and answer until told to stop, then load what is left."""
    from assay.api import Keeping, create_app, open_assessor, open_gates, serve_app  # noqa: PLC0415
    from assay.exporters import Exporters  # noqa: PLC0415
    from assay.journal import Queue  # noqa: PLC0415
    from assay.policies import PolicyKeeper  # noqa: PLC0415
    from assay.policies.sampling import Sampler  # noqa: PLC0415
    from assay.quality import Delivery, StoredSeries  # noqa: PLC0415
    from assay.quality.baselines import Baselines, BaselineSchedule  # noqa: PLC0415
    from assay.quality.compliance import ComplianceSchedule  # noqa: PLC0415
    from assay.store import (  # noqa: PLC0415
        EmbeddedEngine,
        Loader,
        RetentionSchedule,
        ServiceGraph,
        apply_decoding,
        migrate,
    )

    stopping = stop_event()
    watch_parent(stopping)
    # Senders wait for intake, nobody waits for core: the journal is in between.
    os.nice(_CORE_NICENESS)
    engine = EmbeddedEngine(config.data_dir / "store", config.store, config.api.sql)
    migrate(engine, decode=False)
    intake = Intake(_socket())
    series = StoredSeries(engine, intake.send_metrics, time.time_ns, config.dora.link_window_seconds)
    delivery = Delivery(engine, series.write)
    queue = Queue(config.data_dir / "journal")
    keeper = PolicyKeeper(engine, config_file, config.data_dir / "keys", partial(apply_decoding, engine))
    # The supervisor starts a new core, which begins where the journal says.
    loader = Loader(engine, queue, config.store.streams, failed=stopping.set)
    sampler = Sampler(engine, queue, keeper.in_force.policies.sampling, config.retention.traces_days)
    keeper.listeners += [lambda policies: sampler.change(policies.sampling), lambda _: _note_changes(intake, keeper)]
    graph = ServiceGraph(engine, lambda: queue.committed(Signal.TRACES))
    retention = RetentionSchedule(engine, config.retention, lambda: datetime.datetime.now(datetime.UTC).date())
    exporters = Exporters(engine, config.exporters, config.data_dir / "exporters", queue.committed, config_file)
    assessor = open_assessor(
        engine,
        config,
        config_file,
        emit=intake.emit,
        keeper=keeper,
        exporters=exporters,
        dead_letters=queue.dead_letters,
    )
    compliance = ComplianceSchedule(assessor, config.compliance)
    baselines = Baselines(engine, intake.emit, config.baselines)
    readiness = _readiness(config, loader.alive)
    app = create_app(
        engine,
        config.api,
        readiness=readiness,
        post_events=intake.post_events,
        keeper=keeper,
        delivery=delivery,
        defaults=config.dora,
        exporters=exporters,
        assessor=assessor,
        quality_gates=open_gates(engine, config.quality.directory, config_file, delivery, intake),
        otlp=config.receivers.otlp,
        baselines=baselines,
        keeping=Keeping(config.data_dir, config.journal, config.retention, queue.dead_letters),
    )

    async def answer() -> None:
        await serve_app(app, config.api, stopping, ready=lambda: _note_ready(config, "core"))

    followers: list[_Follower] = [retention, delivery, graph, sampler, exporters, compliance, BaselineSchedule(baselines)]
    loader.start()
    for each in [*followers, keeper]:
        each.start()
    _note_changes(intake, keeper)
    try:
        _run_loop(answer())
    finally:
        keeper.stop()
        if not loader.stop(_DRAIN_SECONDS):
            log.warning("drain_incomplete", seconds=_DRAIN_SECONDS)
        for each in reversed(followers):
            each.stop()
        engine.close()


def _note_changes(intake: Intake, keeper: PolicyKeeper) -> None:
    """Put the latest changes of policies among the events, once intake takes them.

    Those before are told again: one may have been lost with a core that was killed, and an event counts once by its id.
    """
    events = [
        Event(
            "qms.audit.recorded",
            1000 * at,
            {
                "qms.event.id": f"audit/policies/{at}",
                "qms.audit.type": "configuration_change",
                "qms.audit.action": "policies.changed",
                "qms.audit.outcome": "success",
                "qms.audit.resource_type": "policies",
                "qms.audit.resource_id": version,
                "service.name": "assay",
            },
        )
        for version, at in keeper.changes()
    ]

    def emit() -> None:
        try:
            intake.emit(events)
        except AssayError as error:
            log.error("policy_changes_not_recorded", reason=str(error))

    threading.Thread(target=emit, name="note-policies").start()


def _run_loop(main: Any) -> None:
    with suppress(ImportError):
        import uvloop  # noqa: PLC0415 - not on every platform

        uvloop.run(main)
        return
    asyncio.run(main)


def _lock(data_dir: Path) -> int:
    """Take the data directory for this process and its children; the lock lasts until the last of them ends."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(data_dir / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise Misconfigured(
            "data_unusable", f"Cannot use {data_dir}: {error.strerror}", "choose another with --data"
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.read(descriptor, 20).decode(errors="replace").strip() or "unknown"
        raise Misconfigured(
            "data_in_use",
            f"Another Assay (process {holder}) is using {data_dir}",
            "stop it, or choose another directory with --data",
        ) from error
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()}\n".encode())
    return descriptor


def _with_ports(config: Config) -> Config:
    """Choose a free port where 0 is configured, once, so that a process that is started again listens where it did."""
    values = config.model_dump()
    receivers = values["receivers"]
    for listener in (*receivers["otlp"].values(), receivers["zipkin"], receivers["jaeger"], values["api"]):
        for key in listener if isinstance(listener, dict) else ():
            if key.endswith("port") and listener[key] == 0:
                listener[key] = free_port(listener["host"])
    values["data_dir"] = config.data_dir.absolute()
    return Config(**values)


def _run_directory(config: Config) -> Path:
    return config.data_dir / "run"


def _counters(run: Path) -> str:
    """Make the directory of the counters that both processes write through memory maps.

    On a full disk a page of such a map cannot be written, and the kernel kills whoever tries; so they are kept in memory where
    there is a file system for that.
    """
    memory = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a directory of our own in it
    return tempfile.mkdtemp(prefix="assay-", dir=memory if memory.is_dir() else run)


def _socket() -> Path:
    """Where intake answers to core: beside the counters, which are in a directory that only we can open, under a short path."""
    return Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]) / "intake.sock"


def _note_ready(config: Config, name: str, ports: dict[str, str] | None = None) -> None:
    path = _run_directory(config) / f"{name}.json"
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps({"pid": os.getpid(), "ports": ports or {}}), "utf-8")
    fresh.rename(path)


def _read_note(config: Config, name: str) -> dict[str, Any]:
    note: dict[str, Any] = json.loads((_run_directory(config) / f"{name}.json").read_text("utf-8"))
    return note


def _is_ready(config: Config, name: str) -> bool:
    try:
        os.kill(_read_note(config, name)["pid"], 0)
    except (OSError, ValueError):
        return False
    return True


def _readiness(config: Config, loading: Callable[[], bool]) -> Callable[[], dict[str, bool]]:
    return lambda: {"intake": _is_ready(config, "intake"), "loader": loading()}


def _announce(config: Config, stopping: threading.Event) -> None:
    while not (_is_ready(config, "intake") and _is_ready(config, "core")):
        if stopping.wait(0.05):
            return
    otlp = config.receivers.otlp
    click.echo(f"Assay is ready; its data is in {config.data_dir}")
    if otlp.grpc.enabled:
        click.echo(f"  OTLP/gRPC          {otlp.grpc.host}:{otlp.grpc.port}")
    if otlp.http.enabled:
        click.echo(f"  OTLP/HTTP          http://{otlp.http.host}:{otlp.http.port}")
    for name, place in _read_note(config, "intake")["ports"].items():
        click.echo(f"  {name:<18} {place}")
    click.echo(f"  API                http://{config.api.host}:{config.api.port}/")
    click.echo("Ctrl-C stops it.")


def _main(name: str, path: Path, config_file: Path | None = None) -> int:
    config = Config(**json.loads(path.read_text("utf-8")))
    logs.configure(config.log_level, name)
    metrics.START_TIME_SECONDS.set_to_current_time()
    # Requests and answers are large and have no cycles: looking for cycles among them takes time and finds nothing.
    gc.set_threshold(50_000, 20, 100)
    try:
        {"scraper": run_scraper, "intake": run_intake, "core": run_core}[name](config, config_file)
    except AssayError as error:
        print(f"error: {error.message}\nhint: {error.hint}", file=sys.stderr, flush=True)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1], *map(Path, sys.argv[2:])))
