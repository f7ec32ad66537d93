from __future__ import annotations

from typing import Any

import click
from rich.text import Text

from assay.cli._client import Client, asking, within
from assay.cli._render import clean, console, local, print_json, value

_STYLES = {"succeeded": "green", "passed": "green", "success": "green", "warning": "yellow", "failed": "red", "denied": "red"}


@click.group("events")
def command() -> None:
    """List deployments, changes, incidents and results, and show one."""


@command.command("list")
@click.option("--event", help="Name of the event, such as qms.deployment.finished.")
@click.option("--service", help="Name of the service.")
@click.option("--environment", help="Environment, such as production.")
@click.option("--subject", help="Id of the deployment or incident, or the revision, that it is about.")
@click.option("--limit", type=int, help="How many to give.  [default: 20]")
@click.option("--cursor", help="Go on where the list before ended.")
@within
@asking
def list_events(client: Client, as_json: bool, since: str | None, until: str | None, **conditions: Any) -> None:
    """List the newest events, of 30 days unless --since says otherwise; they are printed oldest first."""
    answer = client.get("/events", start=since, end=until, **conditions)
    if as_json:
        print_json(answer)
        return
    out = console()
    for event in reversed(answer["events"]):
        line = Text()
        line.append(f"{local(event['time'])} ", "dim")
        line.append(clean(event["name"].removeprefix("qms.")), "bold")
        if event["status"]:
            line.append(clean(f" {event['status']}"), _STYLES.get(event["status"], ""))
        line.append(clean(f" {event['service']}"), "cyan")
        if event["environment"]:
            line.append(clean(f" {event['environment']}"))
        line.append(clean(f" {event['id']}"), "dim")
        if event["inferred"]:
            line.append(" (inferred)", "yellow")
        out.print(line, soft_wrap=True)
    if not answer["events"]:
        out.print("There is no such event in that time.")
    if answer["next_cursor"]:
        click.echo(f"There are older ones: add --cursor {answer['next_cursor']}", err=True)


@command.command("invalid")
@click.option("--event", help="Name of the event, such as qms.deployment.finished.")
@click.option("--service", help="Name of the service.")
@click.option("--limit", type=int, help="How many to give.  [default: 100]")
@within
@asking
def list_invalid(client: Client, as_json: bool, since: str | None, until: str | None, **conditions: Any) -> None:
    """List events that came over OTLP and do not count, and why, of 30 days unless --since says otherwise."""
    answer = client.get("/invalid-events", start=since, end=until, **conditions)
    if as_json:
        print_json(answer)
        return
    out = console()
    for event in reversed(answer["events"]):
        line = Text()
        line.append(f"{local(event['received_time'])} ", "dim").append(clean(event["name"]), "bold")
        line.append(clean(f" {event['service']}"), "cyan").append(clean(f" {event['id']}"), "dim")
        if event["corrected"]:
            line.append(" (a good event with this id is known)", "green")
        out.print(line, soft_wrap=True)
        for problem in event["problems"]:
            out.print(Text(f"  {clean(problem['message'])}", "red"), soft_wrap=True)
            out.print(Text(f"  hint: {clean(problem['hint'])}", "dim"), soft_wrap=True)
    if not answer["events"]:
        out.print("No invalid event came in that time.")


@command.command()
@click.argument("event_id", metavar="ID")
@asking
def show(client: Client, as_json: bool, event_id: str) -> None:
    """Show everything that is known of an event."""
    event = client.get_path("/events", event_id)
    if as_json:
        print_json(event)
        return
    out = console()
    rows = {
        "event": event["name"],
        "id": event["id"],
        "time": local(event["time"]),
        "received": local(event["received_time"]),
        "inferred": "yes" if event["inferred"] else "",
        **{key: value(described) for key, described in event["attributes"].items()},
    }
    width = max(map(len, rows))
    for key, text in rows.items():
        if text:
            out.print(Text(f"{clean(key):<{width}}  ", "dim").append(clean(str(text)), "default"), soft_wrap=True)
    if event["body"]:
        out.print(Text(clean(event["body"])), soft_wrap=True)
