from __future__ import annotations

import csv
import json
import sys
from typing import Any

import click

from assay.cli._client import Client, asking
from assay.cli._render import console, counted, print_json, table, text


@click.command("sql")
@click.argument("query")
@click.option("-p", "--parameter", multiple=True, metavar="NAME=VALUE", help="Value of a {name:Type} in the query; repeatable.")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", help="How to print the rows.")
@asking
def command(client: Client, as_json: bool, query: str, parameter: tuple[str, ...], form: str) -> None:
    """Ask in ClickHouse's SQL; QUERY is one SELECT, or - to read it from standard input.

    Nothing can be changed, and rows, time and memory are limited (api.sql in the configuration).
    """
    given = query if query != "-" else sys.stdin.read()
    answer = client.post("/sql", {"sql": given, "parameters": dict(_parameter(each) for each in parameter)})
    if as_json or form == "json":
        print_json(answer)
    elif form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(column["name"] for column in answer["columns"])
        writer.writerows([_cell(value) for value in row] for row in answer["rows"])
    else:
        _print_table(answer)


def _parameter(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise click.BadParameter(f"{text!r} has no =; write name=value", param_hint="--parameter")
    return name, value


def _print_table(answer: dict[str, Any]) -> None:
    shown = table()
    for column in answer["columns"]:
        shown.add_column(text(column["name"]), justify="right" if _is_number(column["type"]) else "left", overflow="fold")
    for row in answer["rows"]:
        shown.add_row(*(text(_cell(value)) for value in row))
    out = console()
    out.print(shown)
    out.print(f"\n{counted(len(answer['rows']), 'row')}", style="dim")


def _is_number(kind: str) -> bool:
    return kind.removeprefix("Nullable(").startswith(("Int", "UInt", "Float", "Decimal"))


def _cell(value: Any) -> str:
    if value is None:
        return "NULL"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
