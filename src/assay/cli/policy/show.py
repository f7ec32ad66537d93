from __future__ import annotations

from typing import Any

import click
import yaml
from rich.console import Console

from assay.cli._client import Client, asking
from assay.cli._render import console, duration, local, print_json, table, text

_STEPS = ("rename", "copy", "delete", "set", "default")


@click.command("show")
@click.option("--format", "form", type=click.Choice(["table", "json", "yaml"]), default="table", help="How to print it.")
@asking
def command(client: Client, as_json: bool, form: str) -> None:
    """Show which policies are in force, since when, and whether those that are written are refused."""
    answer = client.get("/policies")
    if as_json or form == "json":
        print_json(answer)
    elif form == "yaml":
        click.echo(yaml.safe_dump(answer, sort_keys=False, allow_unicode=True), nl=False)
    else:
        _print(console(), answer)


def _print(out: Console, answer: dict[str, Any]) -> None:
    written = "" if answer["given"] else " (nothing is written, so what comes with Assay holds)"
    out.print(f"Policies {answer['version']}, in force since {local(answer['since'])}{written}")
    if answer["problem"]:
        out.print(text(f"What is written now is refused: {answer['problem']}", "bold red"))
    out.print("\nFilters, which drop what comes in:")
    filters = table("filter", "signal", "condition")
    for each in answer["filters"]:
        filters.add_row(text(each["name"]), each["signal"], text(each["condition"]))
    out.print(filters if answer["filters"] else "  none")
    out.print("\nEnrichment:")
    for line in [line for place in answer["enrichment"] for line in _enrichment(place)] or ["none"]:
        out.print(text(f"  {line}"))
    out.print(f"\nScrubbing, with key {answer['key_id']} for pseudonyms:")
    rules = table("rule", "action", "mask", "of")
    for rule in answer["scrubbing"]:
        of = ", ".join(rule["keys"]) if rule["kind"] == "key_rule" else "what it finds in any text"
        rules.add_row(text(rule["name"]), text(rule["action"]), text(f"[{rule['label']}]"), text(_short(of)))
    out.print(rules if answer["scrubbing"] else "  switched off")
    _print_sampling(out, answer["sampling"])


def _print_sampling(out: Console, sampling: dict[str, Any]) -> None:
    if not sampling["enabled"]:
        out.print("\nSampling is switched off: every span is kept.")
        return
    window = duration(sampling["hot_window_seconds"] * 1e9)
    out.print(f"\nSampling: every span can be seen for {window}, and for longer what one of these keeps:")
    policies = table("policy", "type", "options")
    for each in sampling["policies"]:
        options = yaml.safe_dump(each["options"], default_flow_style=True, width=10_000).strip() if each["options"] else ""
        policies.add_row(text(each["name"]), each["type"], text(options))
    out.print(policies)
    for note in sampling["notes"]:
        out.print(text(f"  {note}", "dim"))


def _enrichment(place: dict[str, Any]) -> list[str]:
    lines = []
    for step in _STEPS:
        if values := place[step]:
            between = " → " if step in ("rename", "copy") else " = "
            words = values if step == "delete" else [f"{name}{between}{value}" for name, value in values.items()]
            lines.append(f"{place['place']}: {step} {', '.join(words)}")
    return lines


def _short(words: str) -> str:
    return words if len(words) <= 100 else f"{words[:99]}…"
