from __future__ import annotations

import sys
from typing import Any

import click
from rich.text import Text

from assay.cli._client import Client, asking, within
from assay.cli._render import clean, console, count, counted, duration, local, print_json, text

_GOOD, _FAIR = 90, 75


@click.command("doctor")
@click.option("--service", help="Only this service; the sample is then made of its traces alone.")
@click.option("--rule", multiple=True, metavar="NAME", help="Only this rule; repeat it for more.  [default: all]")
@click.option("--max-spans", type=int, metavar="N", help="About how many spans to look at.  [default: 200000]")
@click.option(
    "--fail-under", type=click.FloatRange(0, 100), metavar="N", help="Exit with 1 if a service has less, or no score."
)
@click.option("--all", "everything", is_flag=True, help="Show the rules too that found nothing.")
@click.option("--explain", is_flag=True, help="Show the SQL of each rule.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="What to print; markdown is for reports.",
)
@within
@asking
def command(  # noqa: PLR0917 - one for each option
    client: Client,
    as_json: bool,
    form: str,
    since: str | None,
    until: str | None,
    fail_under: float | None,
    everything: bool,
    explain: bool,
    **asked: Any,
) -> None:
    """Check telemetry for what is wrong with it, and score each service.

    Names, attributes, resources, broken traces, clocks, errors without a status, logs without a trace, metrics with too many
    series: what is wrong most, with traces to look at and what to change.
    """
    answer = client.get("/conventions", start=since, end=until, explain="true" if explain else None, **asked)
    if as_json or form == "json":
        print_json(answer)
    elif form == "markdown":
        click.echo(_markdown(answer, everything))
    else:
        _print(answer, client.get("/status"), everything)
    if fail_under is not None and (reason := _failure(answer, fail_under)):
        click.echo(f"failed: {reason}", err=True)
        sys.exit(1)


def _failure(answer: dict[str, Any], fail_under: float) -> str:
    if not answer["services"]:
        return "nothing came in, so there is nothing to score"
    low = [_named(each) for each in answer["services"] if each["score"] is None or each["score"] < fail_under]
    return f"less than {fail_under:g} or no score: {', '.join(low)}" if low else ""


def _print(answer: dict[str, Any], status: dict[str, Any], everything: bool) -> None:
    out = console()
    out.print(_health(status))
    out.print(_head(answer))
    for service in answer["services"]:
        out.print()
        out.print(Text(f"{_named(service)}  {_score(service)}", _style(service["score"])), text(f"  {_basis(service)}"), sep="")
        for result in service["results"]:
            if result["found"] or everything:
                out.print(text(f"  {_title(result)}", "" if result["found"] else "green"))
            if result["found"]:
                for offender in result["offenders"]:
                    out.print(text(f"      {_offender(offender)}"))
                out.print(text(f"      {result['change']}", "dim"))
    if not answer["services"]:
        out.print("\nNothing came in during this time, so there is no score. Send something, or ask for more with --since.")
    for explained in answer["statements"]:
        out.print(f"\n-- {explained['rule']}: {explained['parameters']}\n{explained['sql']}")


def _markdown(answer: dict[str, Any], everything: bool) -> str:
    lines = ["# Conventions of telemetry", "", _head(answer), "", f"`{answer['formula']}`"]
    if not answer["services"]:
        lines += ["", "Nothing came in during this time, so there is no score."]
    for service in answer["services"]:
        lines += ["", f"## {_cell(_named(service))}: {_score(service)}", "", _basis(service)]
        shown = [result for result in service["results"] if result["found"] or everything]
        if shown:
            lines += ["", "| rule | wrong | of | costs | worst | what to change |", "|---|---:|---:|---:|---|---|"]
        for result in shown:
            worst = "<br>".join(_cell(_offender(offender)) for offender in result["offenders"])
            lines.append(
                f"| {result['title']} (`{result['rule']}`) | {count(result['found'])} | {count(result['checked'])} "
                f"| {_points(result['cost'])} | {worst} | {_cell(result['change'])} |"
            )
    for explained in answer["statements"]:
        lines += ["", f"### {explained['rule']}", "", "```sql", explained["sql"], "```", "", f"`{explained['parameters']}`"]
    return "\n".join(lines)


def _health(status: dict[str, Any]) -> str:
    failing = [name for name, works in status["checks"].items() if not works]
    flows = status["signals"].values()
    dead, refused = (sum(flow[name] for flow in flows) for name in ("dead_items", "refused_items"))
    lag = duration(max(flow["lag_seconds"] for flow in flows) * 1e9)
    ready = "is ready" if status["ready"] else f"is NOT ready ({', '.join(failing)} fails)"
    return f"Assay {ready}; lag {lag}, {count(dead)} dead, {count(refused)} refused since the start (`assay status` has more)."


def _head(answer: dict[str, Any]) -> str:
    sample = "" if answer["one_in"] == 1 else f", one in {count(answer['one_in'])} traces"
    return (
        f"{local(answer['start'])} to {local(answer['end'])}: "
        f"looked at {count(answer['looked_at'])} of {counted(answer['spans'], 'span')} that are stored{sample}."
    )


def _named(service: dict[str, Any]) -> str:
    return clean(service["name"]) or "(no service.name)"


def _score(service: dict[str, Any]) -> str:
    return "no score" if service["score"] is None else f"{service['score']:g} of 100"


def _style(score: float | None) -> str:
    return (
        "bold yellow" if score is None else "bold green" if score >= _GOOD else "bold yellow" if score >= _FAIR else "bold red"
    )


def _basis(service: dict[str, Any]) -> str:
    if service["why_no_score"]:
        return str(service["why_no_score"])
    results = service["results"]
    right = sum(not result["found"] for result in results)
    sent = counted(service["spans"], "span"), counted(service["log_records"], "log record")
    return (
        f"{right} of {counted(len(results), 'rule')} kept; {count(service['looked_at'])} of {', '.join(sent)}, "
        f"{counted(service['metric_points'], 'metric point')}"
    )


def _title(result: dict[str, Any]) -> str:
    if not result["found"]:
        return f"✓ {result['title']} ({result['rule']}, {count(result['checked'])} checked)"
    return (
        f"costs {_points(result['cost'])}: {result['title']} ({result['rule']}): "
        f"{count(result['found'])} of {count(result['checked'])} wrong"
    )


def _points(cost: float) -> str:
    return f"{cost:.1f}" if cost >= 0.05 else "<0.1"


def _offender(offender: dict[str, Any]) -> str:
    traces = f"; trace {', '.join(offender['traces'])}" if offender["traces"] else ""
    return f"{count(offender['found'])}x {clean(offender['subject'])} → {clean(offender['instead'])}{traces}"


def _cell(value: str) -> str:
    return value.replace("|", "\\|")
