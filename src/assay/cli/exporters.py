from __future__ import annotations

from typing import Any

import click

from assay.cli._client import Client, asking
from assay.cli._render import console, count, duration, print_json, table


@click.group("exporters")
def command() -> None:
    """Show, hold and repeat what is sent on to other systems."""


@command.command("list")
@asking
def list_(client: Client, as_json: bool) -> None:
    """List position, lag, rate and last error of each exporter."""
    _print(client.get("/exporters"), as_json)


@command.command()
@click.argument("name")
@asking
def pause(client: Client, as_json: bool, name: str) -> None:
    """Send nothing more to NAME until it is resumed; nothing is lost."""
    _print(client.post(f"/exporters/{name}/pause", {}), as_json)


@command.command()
@click.argument("name")
@asking
def resume(client: Client, as_json: bool, name: str) -> None:
    """Let NAME go on where it was."""
    _print(client.post(f"/exporters/{name}/resume", {}), as_json)


@command.command()
@click.argument("name")
@click.option("--from", "since", required=True, help="Time as RFC 3339, or how long ago, such as 2h.")
@asking
def replay(client: Client, as_json: bool, name: str, since: str) -> None:
    """Send to NAME again all that was received since a time."""
    _print(client.post(f"/exporters/{name}/replay", {"from": since}), as_json)


def _print(answer: dict[str, list[dict[str, Any]]], as_json: bool) -> None:
    if as_json:
        print_json(answer)
        return
    listed = table("exporter", "signal", "state", ">position", ">rows behind", ">behind", ">items/s", ">missed", "last error")
    for each in answer["exporters"]:
        listed.add_row(
            each["exporter"],
            each["signal"],
            "paused" if each["paused"] else "runs",
            str(each["position"]),
            count(each["lag_rows"]),
            duration(each["lag_seconds"] * 1e9),
            f"{each['rate']:.1f}",
            count(each["missed_rows"]),
            each["last_error"],
        )
    console().print(listed)
