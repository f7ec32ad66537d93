"""An evaluation for people, for reports and for CI."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import click

from assay.cli._render import clean, console, duration, local, number, print_json, table, text

FORMAT = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown", "junit"]),
    default="text",
    show_default=True,
    help="What to print; markdown is for summaries, junit for test reports of CI.",
)

_STYLES = {"passed": "green", "failed": "red", "warning": "yellow", "ignored": "dim", "info": "dim"}
_COLUMNS = ("=objective", "=outcome", ">value", "must be", ">baseline", ">requests", "why")


def tell(answer: dict[str, Any], form: str) -> None:
    """Print an evaluation as `FORMAT` says."""
    _FORMS[form](answer)


def judgement(answer: dict[str, Any]) -> str:
    """Return the result in one word, or in a few if nothing could be decided."""
    return str(answer["result"]) if answer["decided"] else f"{answer['result']}, as it could not be decided"


def _text(answer: dict[str, Any]) -> None:
    out = console()
    out.print(text(f"{answer['gate']}: {judgement(answer)}", f"bold {_STYLES[answer['result']]}"))
    out.print(text(_about(answer)))
    listed = table(*_COLUMNS)
    for each in answer["objectives"]:
        cells = _cells(each)
        listed.add_row(text(cells[0]), text(cells[1], _STYLES[each["counts_as"]]), *(text(cell) for cell in cells[2:]))
    out.print()
    out.print(listed)
    for line in _below(answer):
        out.print(text(line))
    for each in answer["objectives"]:
        for resolved in _statements(each):
            out.print(f"\n-- {clean(each['name'])}: {resolved['parameters']}\n{resolved['sql']}")


def _markdown(answer: dict[str, Any]) -> None:
    lines = [f"## {answer['gate']}: {judgement(answer)}", "", _about(answer), ""]
    lines += ["| objective | outcome | value | must be | baseline | requests | why |", "|---|---|---:|---|---:|---:|---|"]
    lines += [
        "| " + " | ".join(clean(cell).replace("|", "\\|") for cell in _cells(each)) + " |" for each in answer["objectives"]
    ]
    lines += ["", *(f"- {clean(line)}" for line in _below(answer))]
    for each in answer["objectives"]:
        for resolved in _statements(each):
            lines += ["", f"### {each['name']}", "", "```sql", resolved["sql"], "```", "", f"`{resolved['parameters']}`"]
    click.echo("\n".join(lines))


def _junit(answer: dict[str, Any]) -> None:
    """Print a suite with a case for the gate and one for each objective.

    An objective that failed is a failure only if the gate failed too: a score may make up for it. What could not be decided is
    an error.
    """
    failed = answer["result"] == "failed"
    bad = {
        each["name"]: each["outcome"] == "failed" for each in answer["objectives"] if failed and each["counts_as"] == "failed"
    }
    wrong = [answer["decided"], *bad.values()] if failed else []
    suites = ElementTree.Element("testsuites")
    suite = ElementTree.SubElement(
        suites,
        "testsuite",
        name=f"gate {answer['gate']}",
        tests=str(1 + len(answer["objectives"])),
        failures=str(wrong.count(True)),
        errors=str(wrong.count(False)),
        time=str(answer["duration_seconds"]),
        timestamp=answer["time"],
    )
    case = ElementTree.SubElement(suite, "testcase", classname=answer["gate"], name=f"gate {answer['gate']}")
    if failed:
        _fail(case, judgement(answer), answer["reasons"], decided=answer["decided"])
    for each in answer["objectives"]:
        case = ElementTree.SubElement(suite, "testcase", classname=answer["gate"], name=each["name"])
        told = f"{each['outcome']}: {each['reason']}"
        if each["name"] in bad:
            _fail(case, told, _criteria(each), decided=bad[each["name"]])
        elif each["counts_as"] in ("ignored", "info"):
            ElementTree.SubElement(case, "skipped", message=clean(told))
        else:
            ElementTree.SubElement(case, "system-out").text = clean(told)
    click.echo(ElementTree.tostring(suites, "unicode", xml_declaration=True))


def _fail(case: ElementTree.Element, message: str, lines: list[str], *, decided: bool) -> None:
    failure = ElementTree.SubElement(case, "failure" if decided else "error", message=clean(message))
    failure.text = "\n".join(map(clean, lines))


def _criteria(each: dict[str, Any]) -> list[str]:
    return [f"{held['text']}: {held['reason']}" for held in each["criteria"]] or [each["reason"]]


def _statements(each: dict[str, Any]) -> list[dict[str, Any]]:
    # What was kept before there were tests has none to show.
    return [resolved for resolved in (each["resolved"], *each.get("compared", ())) if resolved]


def _about(answer: dict[str, Any]) -> str:
    of = [answer["service"], answer["version"], answer["environment"], answer["stage"] and f"stage {answer['stage']}"]
    score = "" if answer["score"] is None else f" Score {number(round(answer['score'], 1))}%."
    windows = dict.fromkeys(f"{local(each['start'])} to {local(each['end'])}" for each in answer["objectives"])
    said = ", ".join(filter(None, of)) or "everything"
    return f"{said}; {' and '.join(windows)}.{score} Evaluation {answer['id']}, {answer['file']} ({answer['document']})."


def _cells(each: dict[str, Any]) -> list[str]:
    key = " (key)" if each["key"] else ""
    outcome = each["outcome"] if each["outcome"] == each["counts_as"] else f"{each['outcome']} ({each['counts_as']})"
    must = each["passing"] + (f"; warning {each['warning']}" if each["warning"] else "")
    requests = "" if each["requests"] is None else number(round(each["requests"]))
    return [
        each["name"] + key,
        outcome,
        each["shown"] or "-",
        must or "-",
        each["baseline_shown"] or "-",
        requests or "-",
        each["reason"],
    ]


def _below(answer: dict[str, Any]) -> list[str]:
    said = {f"{each['name']}: {each['reason']}" for each in answer["objectives"]}
    lines = [reason for reason in answer["reasons"] if reason not in said]
    for each in answer["objectives"]:
        lines += [
            f"{each['name']}: trace {shown['trace_id']}, {shown['kind']}, {duration(shown['duration_ns'])}"
            for shown in each["exemplars"]
            if each["counts_as"] in ("failed", "warning")
        ]
    return lines


_FORMS: dict[str, Callable[[dict[str, Any]], None]] = {
    "text": _text,
    "json": print_json,
    "markdown": _markdown,
    "junit": _junit,
}
