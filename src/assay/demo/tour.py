"""The demo from its start to its end, and what it shows on the way."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table

from assay.core.errors import Permanent
from assay.demo import sent
from assay.demo.load import orders
from assay.demo.proof import Check, prove
from assay.demo.server import Server, reachable
from assay.demo.services import Service, require_packages, running
from assay.demo.traffic import Placed, Traffic

_ORDERS_ONCE = 60
_SEED = 9  # the first ten orders have something of everything
_DEFAULT_API = "http://127.0.0.1:8777"


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the demo takes place: a server, services that send to it, and somewhere to print."""

    server: Server
    services: Sequence[Service]
    console: Console

    def check(self) -> None:
        """Raise Permanent if a process has ended."""
        self.server.check()
        for service in self.services:
            service.check()

    def sent(self) -> Counter[str]:
        return sent.read(service.sent for service in self.services)


def tour(*, once: bool, seconds: float | None, data: Path | None, console: Console) -> bool:
    """Run the demo until Ctrl-C, for `seconds`, or `once`: a bounded load and then the proof that all of it is stored.

    Without `data` an Assay that runs already is used, or else one is started that keeps its data in `assay-data/demo`.
    Returns False if the proof found a difference.

    Raises:
        Misconfigured: packages of the demo are not installed, or the configuration of Assay is wrong.
        Permanent: a process has ended, does not answer, or answers what it should not.
    """
    require_packages()
    run = uuid.uuid4().hex[:8]
    with reachable(data) as server, tempfile.TemporaryDirectory(prefix="assay-demo-") as scratch:
        console.print(f"Assay {'is started' if server.child else 'runs already'} at [bold]{server.api}[/].")
        with running(server.otlp, Path(scratch), run) as services:
            console.print("Three services run: orders (FastAPI), approvals (Flask), ledger (Django).\n")
            stage = Stage(server, services, console)
            placed = _place_some(stage) if once else _place_on(stage, seconds)
            console.print("Stopping: the services send what they still hold.")
        console.print(f"In all they sent {_words(stage.sent())}.")
        passed = _conclude(prove(server, run, stage.sent(), placed), console) if once else True
        if server.child:
            console.print(f"To look at it again: [bold]{_program()} serve --data {server.child.data}[/]")
        return passed


def _place_some(stage: Stage) -> list[Placed]:
    some = islice(orders(_SEED), _ORDERS_ONCE)
    with Traffic(stage.services[0].url, some, customers=4, pause_seconds=0) as traffic:
        _watch(stage, traffic, _ORDERS_ONCE, lambda: False)
    return traffic.placed


def _place_on(stage: Stage, seconds: float | None) -> list[Placed]:
    end = time.monotonic() + seconds if seconds else float("inf")
    traffic = Traffic(stage.services[0].url, orders(_SEED), customers=4, pause_seconds=1)
    with suppress(KeyboardInterrupt), traffic:
        _watch(stage, traffic, None, lambda: time.monotonic() > end or _is_worth_a_look(traffic.placed))
        stage.console.print(_look_around(stage.server, traffic.placed))
        _watch(stage, traffic, None, lambda: time.monotonic() > end)
    return traffic.placed


def _watch(stage: Stage, traffic: Traffic, total: int | None, until: Callable[[], bool]) -> None:
    """Show how the load goes on, until it is at its end or `until` says so."""
    columns = [SpinnerColumn(), *([BarColumn()] if total else []), TextColumn("{task.description}")]
    with Progress(*columns, console=stage.console, transient=True) as progress:
        task = progress.add_task("", total=total)
        ended = False
        while not ended and not until():
            ended = traffic.wait(0.1)
            stage.check()
            line = f"{_tally(traffic.placed)}, {stage.sent()['spans']:,} spans sent"
            progress.update(task, completed=len(traffic.placed), description=line)
    if traffic.errors:
        raise Permanent("demo_order_unanswered", f"An order was not answered: {traffic.errors[0]}")
    stage.console.print(f"{_tally(traffic.placed)}.")


def _tally(placed: Sequence[Placed]) -> str:
    statuses = Counter(each.status for each in placed)
    slow = sum(each.order.is_slow for each in placed)
    return f"{len(placed):,} orders placed: {slow} slow, {statuses[422]} rejected, {statuses[500]} failed"


def _is_worth_a_look(placed: Sequence[Placed]) -> bool:
    return any(each.status == 500 for each in placed) and any(each.order.is_slow for each in placed)


def _look_around(server: Server, placed: Sequence[Placed]) -> str:
    failed = next((each.trace_id for each in placed if each.status == 500), "<trace id>")
    slow = next((each.trace_id for each in placed if each.order.is_slow), "<trace id>")
    lines = ["Look around, in another terminal:", ""]
    if server.api != _DEFAULT_API:
        lines += ["  [dim]# so that the commands find this server[/]", f"  [bold]export ASSAY_SERVER={server.api}[/]"]
    for gives, command in (
        ("who sends what", "services"),
        ("orders that failed", "traces search --service orders --status error"),
        ("one of them, across three services", f"traces show {failed}"),
        ("a slow one: somebody had to be asked", f"traces show {slow}"),
        ("what the services logged meanwhile", f"logs search --trace-id {failed}"),
        ("how long requests take", "metrics show qms_request_duration_seconds --service orders"),
        ("any question", 'sql "SELECT ServiceName, count() FROM assay_spans GROUP BY ALL"'),
    ):
        lines += [f"  [dim]# {gives}[/]", f"  [bold]{_program()} {command}[/]"]
    pages = f"The pages are at {server.api}/ and the HTTP API is described at {server.api}/docs."
    return "\n".join([*lines, "", f"{pages} Press Ctrl-C to stop.\n"])


def _program() -> str:
    """Return what to type for this program: `assay`, or its path where the shell does not know it."""
    ours = Path(sys.executable).parent / "assay"
    known = shutil.which("assay")
    if not ours.exists() or (known and Path(known).samefile(ours)):
        return "assay"
    return str(ours.relative_to(Path.cwd()) if ours.is_relative_to(Path.cwd()) else ours)


def _words(total: Counter[str]) -> str:
    points = sum(count for what, count in total.items() if what.endswith("points"))
    return f"{total['spans']:,} spans, {total['log records']:,} log records and {points:,} metric points"


def _conclude(checks: Sequence[Check], console: Console) -> bool:
    table = Table(title="\nIs what was sent what is stored?", title_justify="left")
    table.add_column("What")
    table.add_column("Seen outside", justify="right")
    table.add_column("In the store", justify="right")
    table.add_column("")
    for check in checks:
        verdict = "[green]equal[/]" if check.passed else "[red]differs[/]"
        table.add_row(check.what, f"{check.expected:,}", f"{check.found:,}", verdict)
    console.print(table)
    passed = all(check.passed for check in checks)
    if passed:
        console.print("[green]All that was sent is stored, once.[/]")
    else:
        console.print("[red]What was sent is not what is stored.[/]")
    return passed
