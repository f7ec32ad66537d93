from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Any

import click

from assay.cli._client import Client
from assay.cli.policy._scratch import scratch
from assay.core.errors import InvalidInput
from assay.quality.documents import Documents, Problem, locate, locate_all, read_document
from assay.quality.gates import KIND, Gate, parse_gate, verify
from assay.quality.gates.sources import SqlStatement

_PATH = click.Path(exists=True, path_type=Path)


@click.command("validate")
@click.argument("files", metavar="[FILES]…", nargs=-1, type=_PATH)
@click.option("--server", metavar="URL", help="Ask this server instead; it also knows which services there are.")
def command(files: Sequence[Path], server: str | None) -> None:
    """Check gates in FILES or directories; exit 2 with file, line, key and hint if one cannot be used.

    Without FILES those in `quality/` are checked. No server is needed: an engine of its own is asked about statements and
    patterns. Only a server knows which services there are.
    """
    gates, problems, others = _read(list(files) or [Path("quality")])
    problems += _duplicates(gates)
    problems += _ask(gates, server) if server else _verify([gate for gate in gates if _needs_engine(gate)])
    for problem in problems:
        click.echo(told(_as_told(problem)), err=True)
    if problems:
        click.get_current_context().exit(2)
    if not gates:
        raise InvalidInput("gate_missing", "There is no gate in what was given", "name a file or a directory with gates")
    for gate in gates:
        click.echo(f"{gate.document.path} is valid: the gate {gate.name!r} is version {gate.document.version}")
    if others:
        click.echo("1 other document was left alone" if others == 1 else f"{others} other documents were left alone")


def told(problem: dict[str, Any]) -> str:
    """Return a problem in one line, with its hint."""
    place = f"{problem['file']}:{problem['line']}" if problem["line"] else problem["file"]
    return f"{place}: {problem['message']}" + (f" ({problem['hint']})" if problem["hint"] else "")


def _as_told(problem: Problem) -> dict[str, Any]:
    return {"file": problem.file, "line": problem.line, "message": problem.message, "hint": problem.hint}


def _read(paths: Sequence[Path]) -> tuple[list[Gate], list[Problem], int]:
    """Return the gates, the problems, and how many documents are of other kinds."""
    gates: list[Gate] = []
    problems: list[Problem] = []
    others = 0
    for path in paths:
        if not path.is_file():
            found = Documents(path).read(KIND, parse_gate)
            gates += found.documents
            problems += found.problems
            continue
        text = path.read_text("utf-8", "replace")
        try:
            document = read_document(path)
            if document.kind == KIND:
                gates.append(parse_gate(document))
            else:
                others += 1
        except InvalidInput as error:
            problems += locate_all(error, path, text)
    return gates, problems, others


def _duplicates(gates: Sequence[Gate]) -> list[Problem]:
    seen: dict[str, Gate] = {}
    problems = []
    for gate in gates:
        first = seen.setdefault(gate.name, gate)
        if first is not gate:
            error = InvalidInput(
                "gate_ambiguous", f"name: {gate.name!r} is in {first.document.path} too", "choose another name"
            )
            problems.append(locate(error, gate.document.path, gate.document.text))
    return problems


def _needs_engine(gate: Gate) -> bool:
    return any(isinstance(each.source, SqlStatement) or "operation_matching" in each.filters for each in gate.objectives)


def _verify(gates: Sequence[Gate]) -> list[Problem]:
    problems = []
    with scratch() if gates else nullcontext() as made:
        for gate in gates:
            assert made is not None
            try:
                verify(gate, made[0])
            except InvalidInput as error:
                problems += locate_all(error, gate.document.path, gate.document.text)
    return problems


def _ask(gates: Sequence[Gate], server: str) -> list[Problem]:
    problems: list[Problem] = []
    with closing(Client(server)) as client:
        for gate in gates:
            body = {"text": gate.document.text, "file": str(gate.document.path)}
            problems += [Problem(**each) for each in client.post("/gate-validations", body)["problems"]]
    return problems
