from __future__ import annotations

import click

from assay.cli._client import Client, asking, within
from assay.cli._render import console, count, counted, duration, print_json, table, text


@click.command("graph")
@click.option("--service", help="Only the calls of this service and those to it.")
@click.option("--environment", help="Only calls in this deployment environment.")
@within
@asking
def command(  # noqa: PLR0917 - one argument per option
    client: Client, as_json: bool, since: str | None, until: str | None, service: str | None, environment: str | None
) -> None:
    """Show who calls whom, how often, how fast and with how many errors.

    Databases, queues and what sends no spans itself are known by the attributes of those that call them.
    """
    answer = client.get("/graph", start=since, end=until, service=service, environment=environment)
    if as_json:
        print_json(answer)
        return
    listed = table("caller", "callee", "kind", ">calls", ">errors", ">p50", ">p95", ">p99")
    for edge in answer["edges"]:
        caller, callee, took = edge["caller"], edge["callee"], edge["percentiles_ns"]
        listed.add_row(
            text(caller["name"]),
            text(callee["name"]),
            callee["kind"] if caller["kind"] == "service" else f"from a {caller['kind']}",
            count(edge["calls"]),
            text(count(edge["errors"]), "red" if edge["errors"] else ""),
            *(duration(took[name]) if name in took else "-" for name in ("p50", "p95", "p99")),
        )
    out = console()
    if not answer["edges"]:
        out.print("Nobody has called anybody in that time.")
        return
    out.print(listed)
    out.print(f"\n{counted(len(answer['nodes']), 'node')}, {counted(len(answer['edges']), 'edge')}")
