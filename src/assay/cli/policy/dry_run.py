from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.console import Console

from assay.cli._client import Client, asking
from assay.cli._render import console, count, print_json, size, table, text
from assay.cli.policy._scratch import CONFIG_FILE
from assay.core.errors import InvalidInput
from assay.policies import locate, read

_REFUSALS = ("policy_invalid", "scrubbing_invalid", "sampling_invalid")


@click.command("dry-run")
@click.option("--window", metavar="DURATION", default="1h", show_default=True, help="How far back, at most 1d.")
@click.option("--config", "path", type=CONFIG_FILE, help="Try the policies of this file.  [default: those in force]")
@asking
def command(client: Client, as_json: bool, window: str, path: Path | None) -> None:
    """Say what policies would have dropped, masked and kept of what is stored; nothing is changed.

    What is stored has been through the policies that held when it came in.
    """
    given = dict(read(path).given) if path else None
    try:
        answer = client.post("/policies/dry-run", {"policies": given, "window": window})
    except InvalidInput as error:
        if path and error.code in _REFUSALS:
            raise locate(error, path) from error
        raise
    if as_json:
        print_json(answer)
        return
    out = console()
    _print_filters(out, answer["dropped"])
    _print_scrubbing(out, answer)
    if answer["sampling"]:
        _print_sampling(out, answer["sampling"])
    else:
        out.print("\nThese policies do not sample: every span would be kept.")


def _print_filters(out: Console, dropped: list[dict[str, Any]]) -> None:
    out.print("Filters would have dropped:")
    filters = table("filter", "signal", ">items", ">of", "such as")
    for each in dropped:
        filters.add_row(
            text(each["filter"]), each["signal"], count(each["items"]), count(each["of"]), text("; ".join(each["examples"]))
        )
    out.print(filters if dropped else "  there are none")


def _print_scrubbing(out: Console, answer: dict[str, Any]) -> None:
    part = f" (looked at in one of {count(answer['one_in'])} items)" if answer["one_in"] > 1 else ""
    out.print(f"\nScrubbing would have changed, of values that are stored as they were sent{part}:")
    changes = table("signal", "place", "rule", ">values", "services", "it would be")
    for each in answer["scrubbed"]:
        changes.add_row(
            each["signal"],
            text(each["place"]),
            text(each["rule"]),
            count(each["items"]),
            text(", ".join(each["services"])),
            text("; ".join(each["examples"])),
        )
    out.print(changes if answer["scrubbed"] else "  nothing")


def _print_sampling(out: Console, sampling: dict[str, Any]) -> None:
    effects = sampling["effects"]
    spans = sum(each["spans"] for each in effects)
    kept = sum(each["spans"] for each in effects if each["kept"])
    part = f", looked at in one of {count(sampling['one_in'])} traces" if sampling["one_in"] > 1 else ""
    if not spans:
        out.print("\nSampling: the hot window has no span of that time.")
        return
    out.print(f"\nSampling would have kept {100 * kept / spans:.1f} % of the spans in the hot window{part}:")
    policies = table("policy", "traces are", ">traces", ">spans", ">about", "such as")
    for each in effects:
        policies.add_row(
            text(each["policy"] or "no policy"),
            "kept" if each["kept"] else "sampled out",
            count(each["traces"]),
            count(each["spans"]),
            size(each["bytes"]),
            ", ".join(each["examples"]),
        )
    out.print(policies)
    for name, words in (("added", "would be kept that was not"), ("removed", "was kept and would not be")):
        change = sampling[name]
        if change["traces"]:
            out.print(f"{count(change['traces'])} traces: each {words}, such as {', '.join(change['examples'])}")
