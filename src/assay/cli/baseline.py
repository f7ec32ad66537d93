from __future__ import annotations

from typing import Any
from urllib.parse import quote

import click

from assay.cli._client import Client, asking
from assay.cli._render import console, local, print_json, table, text

_KIND = click.Choice(["release", "rolling", "seasonal"])
_COLUMNS = ("=id", "kind", "service", "environment", "operation", "version", "=taken", ">requests", ">errors", ">p95", "status")
_OUTCOMES = {"not_worse": ("not worse", "green"), "worse": ("worse", "bold red")}


@click.group("baseline")
def command() -> None:
    """Take baselines of services, and compare a release with them."""


@command.command("take")
@click.argument("service", required=False, default="")
@click.option(
    "--kind",
    type=_KIND,
    default="release",
    show_default=True,
    help="Of a version, of some days, or by the hour.",
)
@click.option("--environment", default="", help="Environment.  [default: each by itself]")
@click.option("--version", default="", help="Version.  [default: of a release the one that came last]")
@click.option("--operation", default="", help="Span name.  [default: all together]")
@click.option("--operations", is_flag=True, help="Take one of each operation too.")
@click.option("--since", "start", metavar="TIME", help="A duration ago or an RFC 3339 time.  [default: 7d; 28d for seasonal]")
@click.option("--until", "end", metavar="TIME", help="As --since.  [default: now]")
@asking
def take(client: Client, as_json: bool, **asked: Any) -> None:
    """Take baselines of SERVICE, or of all services, and keep them as events.

    Ends with 1 if none was taken.
    """
    answer = client.post("/baselines", {name: value for name, value in asked.items() if value is not None})
    if as_json:
        print_json(answer)
    else:
        _print(answer["baselines"])
        for each in answer["skipped"]:
            where = " ".join(each[key] for key in ("service", "environment", "operation") if each[key])
            console().print(text(f"not taken: {where or 'anything'}: {each['reason']}", "yellow"))
    if not answer["baselines"]:
        raise click.exceptions.Exit(1)


@command.command("list")
@click.option("--kind", type=_KIND, help="Only those of a kind.")
@click.option("--service", help="Name of the service.")
@click.option("--environment", help="Environment.")
@click.option("--expired", is_flag=True, help="Those that have expired too.")
@click.option("--limit", type=int, default=100, show_default=True, help="How many to list.")
@asking
def listing(client: Client, as_json: bool, expired: bool, **asked: Any) -> None:
    """List baselines, the one taken last first."""
    answer = client.get("/baselines", expired="true" if expired else None, **asked)
    if as_json:
        print_json(answer)
        return
    _print(answer["baselines"])
    if not answer["baselines"]:
        console().print("There is no baseline; take one with `assay baseline take`.")


@command.command("show")
@click.argument("baseline_id", metavar="ID")
@asking
def show(client: Client, as_json: bool, baseline_id: str) -> None:
    """Show the baseline ID."""
    answer = client.get_path("/baselines", baseline_id)
    if as_json:
        print_json(answer)
        return
    out = console()
    for key in ("id", "kind", "service", "environment", "operation", "version", "status", "source", "reason"):
        if answer[key]:
            out.print(text(f"{key:12}{answer[key]}"))
    out.print(text(f"{'seen':12}{local(answer['start'])} to {local(answer['end'])}"))
    out.print(text(f"{'taken':12}{local(answer['taken_at'])}, expires {local(answer['expired_at'] or answer['expires_at'])}"))
    for name, value in answer["metrics"].items():
        out.print(text(f"{name:12}{_value(name, value)}"))


@command.command("expire")
@click.argument("baseline_id", metavar="ID")
@click.option("--reason", default="", help="Why, for those who read the events later.")
@asking
def expire(client: Client, as_json: bool, baseline_id: str, reason: str) -> None:
    """End the baseline ID: it stays among the events, and nothing is compared with it any more."""
    answer = client.post(f"/baselines/{quote(baseline_id, safe='')}/expire", {"reason": reason})
    if as_json:
        print_json(answer)
    else:
        console().print(text(f"{answer['id']} of {answer['service']} has expired"))


@command.command("compare")
@click.argument("service")
@click.option(
    "--against",
    default="baseline release",
    show_default=True,
    help="'baseline rolling', 'version 1.4.1', 'other versions', 'environment production' or a time such as '7d ago'.",
)
@click.option("--environment", help="Environment.")
@click.option("--version", help="Version to judge.  [default: all]")
@click.option("--operation", help="Span name.  [default: all together]")
@click.option("--window", help="How long back to look at what is judged.  [default: 15m]")
@click.option("--until", "end", metavar="TIME", help="End of that time: a duration ago or an RFC 3339 time.  [default: now]")
@click.option("--measure", multiple=True, help="error_rate, availability, throughput or such as latency_p95; can be repeated.")
@click.option("--tolerance", type=float, help="How much worse is all right; 0.1 is 10 %.  [default: 0]")
@click.option("--significance", type=float, help="Chance of calling a measure worse that is not.  [default: 0.01]")
@asking
def compare(client: Client, as_json: bool, **asked: Any) -> None:
    """Compare what SERVICE does now with a baseline, or with another version, environment or time.

    Ends with 0 if it is not worse, and with 1 if it is or if that cannot be told.
    """
    answer = client.get("/baselines/compare", **asked)
    if as_json:
        print_json(answer)
    else:
        _print_comparison(answer)
    if answer["outcome"] != "not_worse":
        raise click.exceptions.Exit(1)


def _print(baselines: list[dict[str, Any]]) -> None:
    if not baselines:
        return
    listed = table(*_COLUMNS)
    for each in baselines:
        metrics = each["metrics"]
        cells = [each[key] for key in ("id", "kind", "service", "environment", "operation", "version")]
        cells += [local(each["taken_at"]), f"{metrics.get('requests', 0):.0f}"]
        cells += [_value(name, metrics[name]) if name in metrics else "-" for name in ("error_rate", "latency_p95")]
        listed.add_row(*map(text, [*cells, each["status"]]))
    console().print(listed)


def _print_comparison(answer: dict[str, Any]) -> None:
    out = console()
    candidate = " ".join(answer[key] for key in ("service", "version", "environment", "operation") if answer[key])
    out.print(text(f"{candidate} against {answer['against']}, {local(answer['start'])} to {local(answer['end'])}"))
    listed = table("measure", ">value", ">baseline", ">times worse", ">95 % interval", ">n", "outcome", "reason")
    for name, each in answer["measures"].items():
        said, style = _OUTCOMES.get(each["outcome"], (each["outcome"].replace("_", " "), "yellow"))
        cells = [text(name), *(text("-" if each[key] is None else _value(name, each[key])) for key in ("value", "baseline"))]
        cells += [text("-" if each["ratio"] is None else f"{each['ratio']:.3g}")]
        cells += [text(_interval(each["interval"]))]
        listed.add_row(*cells, text(f"{each['n']} / {each['n_baseline']}"), text(said, style), text(each["reason"]))
    out.print(listed)


def _interval(ends: list[float | None] | None) -> str:
    if not ends:
        return "-"
    low, high = ends
    return f"{low:.3g} and more" if high is None else f"{low:.3g} to {high:.3g}"


def _value(name: str, value: float) -> str:
    if name in ("error_rate", "availability"):
        return f"{100 * value:.4g} %"
    if name.startswith("latency"):
        return f"{value:.3g} s" if value >= 1 else f"{1000 * value:.3g} ms"
    return f"{value:.4g} /s" if name == "throughput" else f"{value:.0f}"
