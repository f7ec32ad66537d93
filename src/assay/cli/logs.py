from __future__ import annotations

import json
import time
from collections import Counter
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from assay.cli._client import Client, asking, within
from assay.cli._render import SEVERITY_STYLES, clean, console, local, print_json, value

_POLL_SECONDS = 1.0
_BEGIN = 10
_OVERLAP = "15s"
_PAGE = 1000
_MAX_PAGES = 20


@click.group("logs")
def command() -> None:
    """Search log records and events, and follow them."""


def _conditions(function: Any) -> Any:
    for option in (
        click.option("-a", "--attribute", multiple=True, metavar="CONDITION", help="Such as user=ann or size>=10; repeatable."),
        click.option("--event", help="Name of the event that the record is."),
        click.option("--span-id", help="Span that the record belongs to."),
        click.option("--trace-id", help="Trace that the record belongs to."),
        click.option("--text", help="A part of the body; the case of ASCII letters does not matter."),
        click.option("--severity", help="Least severity: trace, debug, info, warn, error, fatal, or a number from 1 to 24."),
        click.option("--service", help="Name of the service."),
    ):
        function = option(function)
    return function


@command.command()
@_conditions
@click.option("--limit", type=int, help="How many to give.  [default: 20]")
@click.option("--cursor", help="Go on where the search before ended.")
@within
@asking
def search(client: Client, as_json: bool, since: str | None, until: str | None, **conditions: Any) -> None:
    """Find the newest log records that meet all conditions; they are printed oldest first."""
    answer = client.get("/logs", start=since, end=until, **conditions)
    if as_json:
        print_json(answer)
        return
    out = console()
    for record in reversed(answer["logs"]):
        _print(out, record)
    if not answer["logs"]:
        out.print("No log record meets that in that time.")
    if answer["next_cursor"]:
        click.echo(f"There are older ones: add --cursor {answer['next_cursor']}", err=True)


@command.command()
@_conditions
@asking
def tail(client: Client, as_json: bool, **conditions: Any) -> None:
    """Print the last ten log records that meet all conditions, and then new ones as they arrive, until Ctrl-C.

    With --json each record is one line.
    """
    out = console()
    seen = Counter(record["id"] for record in _arrived(client, conditions))
    fresh = client.get("/logs", limit=_BEGIN, **conditions)["logs"]
    seen |= Counter(record["id"] for record in fresh)
    try:
        while True:
            for record in reversed(fresh):
                if as_json:
                    click.echo(json.dumps(record, ensure_ascii=False))
                else:
                    _print(out, record)
            time.sleep(_POLL_SECONDS)
            arrived = _arrived(client, conditions)
            fresh = _unseen(arrived, seen)
            seen = Counter(record["id"] for record in arrived)
    except KeyboardInterrupt:
        return


def _unseen(arrived: list[dict[str, Any]], seen: Counter[str]) -> list[dict[str, Any]]:
    # Equal records have equal ids; each of them counts.
    left = seen.copy()
    fresh = []
    for record in arrived:
        if left[record["id"]] > 0:
            left[record["id"]] -= 1
        else:
            fresh.append(record)
    return fresh


def _arrived(client: Client, conditions: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what arrived lately, the newest first; the server's clock says what is late."""
    records: list[dict[str, Any]] = []
    cursor = None
    for _ in range(_MAX_PAGES):
        answer = client.get("/logs", received_after=_OVERLAP, limit=_PAGE, cursor=cursor, **conditions)
        records += answer["logs"]
        cursor = answer["next_cursor"]
        if not cursor:
            return records
    click.echo(f"More arrive than {_PAGE * _MAX_PAGES} in {_OVERLAP}: not all are shown", err=True)
    return records


def _print(out: Console, record: dict[str, Any]) -> None:
    severity = record["severity"] or record["severity_text"]
    line = Text()
    line.append(f"{local(record['time'])} ", "dim")
    line.append(f"{clean(severity).upper():<6}", SEVERITY_STYLES.get(record["severity"], ""))
    line.append(clean(record["service"]), "cyan")
    if record["event_name"]:
        line.append(clean(f" {record['event_name']}"), "bold")
    if record["body"]["type"] != "empty":
        line.append(clean(f" {value(record['body'])}"))
    for key, described in record["attributes"].items():
        line.append(clean(f" {key}={value(described)}"), "dim")
    if record["trace_id"]:
        line.append(f" trace={record['trace_id']}", "dim")
    out.print(line, soft_wrap=True)
