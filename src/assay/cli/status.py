from __future__ import annotations

from typing import Any

import click
from rich.text import Text

from assay.cli._client import Client, asking
from assay.cli._render import console, count, duration, print_json, size, table

_COUNTS = {
    "received": "received_items",
    "stored": "stored_items",
    "sampled out": "sampled_out_items",
    "filtered": "filtered_items",
    "dead": "dead_items",
    "refused": "refused_items",
    "requests": "received_requests",
    "refused requests": "refused_requests",
}


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
    flows = table("signal", *(f">{name}" for name in (*_COUNTS, "in the journal", "lag")))
    for signal, flow in answer["signals"].items():
        flows.add_row(signal, *_cells(flow))
    out.print(flows)
    out.print("received = stored + sampled out + filtered + dead + in the journal; refused was never received", style="dim")
    spans = answer["signals"]["traces"]
    if spans["kept_items"] or spans["sampled_out_items"]:
        out.print(f"Of the stored spans {count(spans['kept_items'])} are kept by sampling", end="")
        out.print(f" and {count(spans['undecided_items'])} wait for the decision on their trace.")
    out.print("\nIn the store:")
    tables = table("table", ">rows", ">on disk")
    for each in answer["tables"]:
        tables.add_row(each["name"], count(each["rows"]), size(each["bytes"]))
    out.print(tables)


def _cells(flow: dict[str, Any]) -> list[str]:
    counts = [count(flow[name]) for name in _COUNTS.values()]
    return [*counts, size(flow["journal_bytes"]), duration(flow["lag_seconds"] * 1e9)]
