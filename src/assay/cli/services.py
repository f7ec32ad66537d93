from __future__ import annotations

import click

from assay.cli._client import Client, asking, within
from assay.cli._render import console, count, duration, local, print_json, table, text


@click.command("services")
@within
@asking
def command(client: Client, as_json: bool, since: str | None, until: str | None) -> None:
    """List who sends what, how fast and with how many errors.

    Requests and durations are those of server and consumer spans.
    """
    answer = client.get("/services", start=since, end=until)
    if as_json:
        print_json(answer)
        return
    listed = table("service", ">requests", ">p50", ">p95", ">p99", ">spans", ">errors", ">logs", ">metric points", "=last seen")
    for service in answer["services"]:
        durations = service["durations"] or {}
        listed.add_row(
            text(service["name"]),
            count(service["requests"]),
            *(duration(durations[name]) if durations else "-" for name in ("p50_ns", "p95_ns", "p99_ns")),
            count(service["spans"]),
            text(count(service["errors"]), "red" if service["errors"] else ""),
            count(service["log_records"]),
            count(service["metric_points"]),
            local(service["last_seen"]),
        )
    console().print(listed if answer["services"] else "Nobody has sent anything in that time.")
