from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import quote

import click
from rich.text import Text

from assay.cli._client import Client, asking, within
from assay.cli._render import clean, console, count, instant, local, number, print_json, sparkline, table, text
from assay.cli._waterfall import nanoseconds


@click.group("metrics")
def command() -> None:
    """List metrics and show how one went."""


@command.command("list")
@click.option("--service", help="Name of the service.")
@within
@asking
def list_metrics(client: Client, as_json: bool, since: str | None, until: str | None, service: str | None) -> None:
    """List which metrics were sent, by whom and how."""
    answer = client.get("/metrics", start=since, end=until, service=service)
    if as_json:
        print_json(answer)
        return
    listed = table("name", "kind", "unit", "services", ">points", "=last seen", "description")
    for metric in answer["metrics"]:
        kind = " ".join(part for part in (metric["temporality"], "counter" if metric["monotonic"] else metric["kind"]) if part)
        listed.add_row(
            text(metric["name"]),
            kind.replace("_", " "),
            text(metric["unit"]),
            text(", ".join(metric["services"])),
            count(metric["points"]),
            local(metric["last_seen"]),
            text(metric["description"]),
        )
    console().print(listed if answer["metrics"] else "No metric was sent in that time.")


@command.command()
@click.argument("name")
@click.option("--service", help="Name of the service.")
@click.option("--kind", help="Kind of the metric, if several go by that name.")
@click.option("-a", "--attribute", multiple=True, metavar="CONDITION", help="Such as http.route=/orders; repeatable.")
@click.option("--group-by", multiple=True, metavar="KEY", help="Attribute whose values make series; '' for one series.")
@click.option("--aggregation", help="avg, min, max, sum, last, count, rate, increase, or a percentile such as p95.")
@click.option("--step", metavar="DURATION", help="Length of a step, such as 1m.")
@within
@asking
def show(client: Client, as_json: bool, name: str, since: str | None, until: str | None, **question: Any) -> None:
    """Draw how a metric went, a line per series."""
    answer = client.get(f"/metrics/{quote(name, safe='')}", start=since, end=until, **question)
    if as_json:
        print_json(answer)
        return
    out = console()
    out.print(Text(clean(f"{answer['name']}: {answer['aggregation']}"), "bold"))
    if answer["description"]:
        out.print(text(answer["description"]))
    courses = [_by_step(answer, series) for series in answer["series"]]
    begin = min((index for course in courses for index, each in enumerate(course) if each is not None), default=0)
    start = datetime.fromtimestamp(instant(answer["start"]).timestamp() + begin * answer["step_seconds"]).astimezone()
    out.print(f"{start.isoformat(' ', 'seconds')} to {local(answer['end'])}, a step is {number(answer['step_seconds'])} s\n")
    drawn = table("=course", ">least", ">last", ">most", "unit", "series")
    for series, course in zip(answer["series"], courses, strict=True):
        known = [each for each in course if each is not None]
        drawn.add_row(
            sparkline(course[begin:]),
            *(number(each) for each in ((min(known), known[-1], max(known)) if known else (None, None, None))),
            text(_unit(series["unit"], answer["aggregation"])),
            text(", ".join(f"{key}={label}" for key, label in series["labels"].items()) or "all"),
        )
    out.print(drawn)


def _by_step(answer: dict[str, Any], series: dict[str, Any]) -> list[float | None]:
    step = answer["step_seconds"] * 1_000_000_000
    start = nanoseconds(answer["start"])
    values: list[float | None] = [None] * max(1, -int((start - nanoseconds(answer["end"])) // step))
    for point in series["points"]:
        values[int((nanoseconds(point["time"]) - start) // step)] = point["value"]
    return values


def _unit(unit: str, aggregation: str) -> str:
    if aggregation == "count":
        return ""
    return f"{unit}/s" if aggregation == "rate" else unit
