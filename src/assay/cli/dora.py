from __future__ import annotations

import shlex
from typing import Any

import click
from rich.text import Text

from assay.cli._client import Client, asking
from assay.cli._render import console, counted, local, number, print_json, table, text

_NAMES = {
    "deployments_per_day": "deployments per day",
    "deployment_days_per_week": "deployment days per week",
    "change_lead_time": "change lead time",
    "change_failure_rate": "change failure rate",
    "failed_deployment_recovery_time": "failed deployment recovery",
    "incident_duration": "incident duration",
    "rework_rate": "deployment rework rate",
}
_TIMES = ("change_lead_time", "failed_deployment_recovery_time", "incident_duration")
_SHARES = ("change_failure_rate", "rework_rate")
_STYLES = {"elite": "green", "high": "green", "medium": "yellow", "low": "red", "better": "green", "worse": "red"}
_UNITS = ((86400.0, "d"), (3600.0, "h"), (60.0, "min"))
_COLUMNS = ("metric", ">value", ">95 % interval", ">p90", ">n", "band", ">before", "trend")


@click.command("dora")
@click.option("--service", help="Name of the service.")
@click.option("--team", help="Name of the team.")
@click.option("--environment", help="Environment; '' for each by itself.  [default: production]")
@click.option("--window", type=int, metavar="DAYS", help="Calendar days up to and with today: 7, 30, 90, 365.  [default: 30]")
@click.option("--since", metavar="TIME", help="Instead of --window: a day such as 2026-01-31, an RFC 3339 time, or 90d.")
@click.option("--until", metavar="TIME", help="End of the time range, not included.  [default: now]")
@click.option("--by", type=click.Choice(["service", "team", "environment"]), help="What a group is.  [default: service]")
@click.option("--time-zone", metavar="ZONE", help="Whose calendar days count, such as Europe/Berlin.")
@click.option("--edition", type=click.Choice(["2019", "2021", "2023", "2024"]), help="Edition of the bands.")
@click.option("--link-window", metavar="DURATION", help="How long an incident without a cause is held against a deployment.")
@click.option("--explain", is_flag=True, help="Show the SQL behind the numbers.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "markdown"]),
    default="table",
    show_default=True,
    help="What to print; markdown is for reports.",
)
@asking
def command(client: Client, as_json: bool, form: str, since: str | None, until: str | None, **asked: Any) -> None:
    """Measure how software is delivered: frequency, lead time, failures, recovery and rework.

    A dash stands for no data. A trend is told only if the intervals of now and before lie apart.
    """
    environment = asked.pop("environment")
    explain = asked.pop("explain")
    answer = client.get(
        "/dora" if environment != "" else "/dora?environment=",
        start=since,
        end=until,
        environment=environment,
        explain="true" if explain else None,
        **asked,
    )
    if as_json or form == "json":
        print_json(answer)
    elif form == "markdown":
        click.echo(_markdown(answer))
    else:
        _print(answer)


def _print(answer: dict[str, Any]) -> None:
    out = console()
    out.print(_head(answer))
    for group in answer["groups"]:
        out.print()
        out.print(Text(_title(group), "bold"))
        listed = table(*_COLUMNS)
        for row in _rows(group):
            listed.add_row(*(text(cell, _STYLES.get(cell, "")) for cell in row))
        out.print(listed)
        for note in _notes(group):
            out.print(text(note))
    if not answer["groups"]:
        out.print("\nNo deployment, change or incident is known; report one with `assay deployment`.")
    for explained in answer["statements"]:
        click.echo(f"\n# {explained['measure']}\n{_command(explained)}")


def _markdown(answer: dict[str, Any]) -> str:
    lines = ["# DORA metrics", "", _head(answer)]
    for group in answer["groups"]:
        lines += ["", f"## {_title(group)}", "", "| metric | value | 95 % interval | p90 | n | band | before | trend |"]
        lines += ["|---|---:|---:|---:|---:|---|---:|---|"]
        lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in _rows(group)]
        lines += [f"\n{note}" for note in _notes(group)]
    for explained in answer["statements"]:
        lines += ["", f"### {explained['measure']}", "", "```sh", _command(explained), "```"]
    return "\n".join(lines)


def _command(explained: dict[str, Any]) -> str:
    """Return what can be pasted into a shell to ask the statement again, or changed."""
    given = (shlex.quote(f"{name}={value}") for name, value in explained["parameters"].items())
    return f"assay sql {' '.join(f'-p {each}' for each in given)} - <<'SQL'\n{explained['sql'].rstrip()}\nSQL"


def _head(answer: dict[str, Any]) -> str:
    note = f" {answer['edition_note']}" if answer["edition_note"] else ""
    return (
        f"{local(answer['start'])} to {local(answer['end'])}, days of {answer['time_zone']}, compared with the time from "
        f"{local(answer['before'])}. Bands: {answer['edition']} ({answer['edition_source']}).{note}"
    )


def _title(group: dict[str, Any]) -> str:
    return ", ".join(part for part in (group["name"], group["environment"]) if part)


def _rows(group: dict[str, Any]) -> list[list[str]]:
    return [
        [
            _NAMES[metric],
            _value(metric, measured["value"]),
            _interval(metric, measured["interval"]),
            _value(metric, measured["distribution"]["p90"]) if measured["distribution"] else "",
            str(measured["n"]),
            measured["band"] or "",
            _value(metric, measured["before"]),
            measured["trend"] or "",
        ]
        for metric, measured in group["metrics"].items()
    ]


def _notes(group: dict[str, Any]) -> list[str]:
    counts = {metric: measured["counts"] for metric, measured in group["metrics"].items()}
    failed = counts["change_failure_rate"]
    by = ", ".join(
        f"{count} by {name.removeprefix('failed_by_')}"
        for name, count in failed.items()
        if name.startswith("failed_by_") and count
    )
    notes = [f"{counted(failed['failed'], 'failed deployment')}: {by}"] if by else []
    for metric, name, words in (
        ("failed_deployment_recovery_time", "unrecovered", "not recovered yet"),
        ("incident_duration", "open", "incidents open"),
        ("incident_duration", "unknown", "resolved incidents of which no beginning is known"),
        ("deployments_per_day", "inferred", "deployments were not reported but concluded from other telemetry"),
        ("change_lead_time", "inferred", "lead times were not reported but concluded from other telemetry"),
        ("incident_duration", "inferred", "incidents were not reported but concluded from other telemetry"),
        ("change_lead_time", "skewed", "changes deployed before they were committed, by clocks that disagree"),
        ("incident_duration", "skewed", "incidents resolved before they began, by clocks that disagree"),
    ):
        if number_of := counts[metric].get(name):
            notes.append(f"{number_of} {words}")
    return notes


def _interval(metric: str, interval: list[float] | None) -> str:
    return " to ".join(_value(metric, each) for each in interval) if interval else "-"


def _value(metric: str, value: float | None) -> str:
    if value is None:
        return "-"
    if metric in _SHARES:
        return f"{100 * value:.1f} %"
    if metric in _TIMES:
        return next((f"{value / size:.1f} {unit}" for size, unit in _UNITS if value >= size), f"{value:.0f} s")
    return number(round(value, 2))
