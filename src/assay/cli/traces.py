from __future__ import annotations

from typing import Any
from urllib.parse import quote

import click

from assay.cli._client import Client, asking, within
from assay.cli._decision import explain
from assay.cli._render import console, count, duration, local, print_json, table, text
from assay.cli._waterfall import render


@click.group("traces")
def command() -> None:
    """Search traces, show one, and say why it is kept."""


@command.command()
@click.option("--service", help="Name of the service that the span is of.")
@click.option("--operation", help="Name of the span.")
@click.option("--status", help="Status of the span: unset, ok or error.")
@click.option("--min-duration", metavar="DURATION", help="Least duration of the span, such as 250ms.")
@click.option("--max-duration", metavar="DURATION", help="Greatest duration of the span.")
@click.option("-a", "--attribute", multiple=True, metavar="CONDITION", help="Such as http.route=/a or size>=10; repeatable.")
@click.option("--limit", type=int, help="How many to give.  [default: 20]")
@click.option("--cursor", help="Go on where the search before ended.")
@within
@asking
def search(client: Client, as_json: bool, since: str | None, until: str | None, **conditions: Any) -> None:
    """Find traces that have a span which meets all conditions, the newest first."""
    answer = client.get("/traces", start=since, end=until, **conditions)
    if as_json:
        print_json(answer)
        return
    found = table("=start", ">duration", ">spans", ">errors", "root", "services", "=trace id")
    for trace in answer["traces"]:
        found.add_row(
            local(trace["start"]),
            duration(trace["duration_ns"]),
            count(trace["spans"]),
            text(count(trace["errors"]), "red" if trace["errors"] else ""),
            text(f"{trace['root_service']}: {trace['root_operation']}"),
            text(", ".join(trace["services"])),
            trace["trace_id"],
        )
    console().print(found if answer["traces"] else "No trace meets that in that time.")
    if answer["next_cursor"]:
        click.echo(f"There are more: add --cursor {answer['next_cursor']}", err=True)


@command.command()
@click.argument("trace_id")
@click.option("-v", "--verbose", is_flag=True, help="Show attributes, events and links of each span.")
@asking
def show(client: Client, as_json: bool, trace_id: str, verbose: bool) -> None:
    """Draw the spans of a trace on its time line, with its log records below."""
    path = f"/traces/{quote(trace_id, safe='')}"
    answer = client.get(path)
    if as_json:
        print_json(answer)
        return
    out = console()
    render(out, answer, verbose=verbose)
    if answer["spans"]:
        out.print(f"\n{explain(client.get(f'{path}/decision'))}", soft_wrap=True)


@command.command()
@click.argument("trace_id")
@asking
def why(client: Client, as_json: bool, trace_id: str) -> None:
    """Say which policy keeps a trace, or until when it can be seen if none does."""
    answer = client.get(f"/traces/{quote(trace_id, safe='')}/decision")
    if as_json:
        print_json(answer)
        return
    click.echo(explain(answer))
