from __future__ import annotations

from typing import Any

import click
from rich.text import Text

from assay.cli._client import Client, asking
from assay.cli._render import console, count, duration, print_json, size, table


@click.command("status")
@asking
def command(client: Client, as_json: bool) -> None:
    """Show whether Assay works, what came in and what is stored."""
    answer = client.get("/status")
    if as_json:
        print_json(answer)
        return
    out = console()
    out.print(f"Assay {answer['version']} at {client.server} {'is ready' if answer['ready'] else 'is NOT ready'}")
    for name, works in answer["checks"].items():
        out.print(Text("  works  " if works else "  FAILS  ", "green" if works else "bold red") + Text(name))
    out.print("\nSince the start:")
    flows = table("signal", ">received", ">requests", ">refused requests", ">stored", ">dead", ">in the journal", ">lag")
    for signal, flow in answer["signals"].items():
        flows.add_row(signal, *_cells(flow))
    out.print(flows)
    out.print("\nIn the store:")
    tables = table("table", ">rows", ">on disk")
    for each in answer["tables"]:
        tables.add_row(each["name"], count(each["rows"]), size(each["bytes"]))
    out.print(tables)


def _cells(flow: dict[str, Any]) -> list[str]:
    counts = ("received_items", "received_requests", "refused_requests", "stored_items", "dead_items")
    return [*(count(flow[name]) for name in counts), size(flow["journal_bytes"]), duration(flow["lag_seconds"] * 1e9)]
