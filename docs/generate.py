"""Write the reference pages from the code that they describe; with --check fail if one is out of date or a link is dead."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Literal, cast, get_args, get_origin

import click
from prometheus_client import Counter, Gauge, Histogram
from pydantic.fields import FieldInfo

from assay.api import create_app
from assay.api.event_metrics import EventMetrics
from assay.api.policy_metrics import PolicyMetrics
from assay.cli.main import program
from assay.core import metrics, registry, statement
from assay.core.aliases import ALIASES, FORMER_SCOPE
from assay.core.config import Config, Section
from assay.core.ports import Engine
from assay.quality import compliance
from assay.quality.compliance.schema import framework_schema, waivers_schema
from assay.quality.conventions import FORMULA, rules
from assay.quality.gates.schema import json_schema

REFERENCE = Path(__file__).parent / "reference"
_UNITS = ((1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))
_ENUM = re.compile(r"Enum8\(('[^']*' = \d+), [^)]*\)")


_CREATE = re.compile(r"CREATE TABLE IF NOT EXISTS (\w+)\s*\(")


def configuration() -> str:
    """Describe every key: variable, default, what is allowed, meaning."""
    lines = [
        "# Configuration",
        "",
        "One YAML file, given with `assay serve --config FILE` or in `ASSAY_CONFIG`. Each key can also be set by the variable",
        "beside it, and a few by flags. A flag wins over the variable, and the variable over the file. Lists in variables are",
        "JSON. Sizes are bytes or a number with `KiB`, `MiB`, `GiB` or `TiB`. An unknown key is an error.",
        "",
        "`assay config show` prints what is in effect and where it comes from, `assay config validate FILE` checks a file, and",
        "`assay config schema` prints the JSON schema that editors use.",
    ]
    for section, keys in _sections(Config, ()):
        lines += ["", f"## {'.'.join(section)}" if section else "## Top level", "", "| key | default | allowed | meaning |"]
        lines += ["|---|---|---|---|"]
        for name, field in keys:
            variable = "ASSAY_" + "__".join((*section, name)).upper()
            default, allowed = _default(name, field), _allowed(name, field)
            lines.append(f"| `{name}`<br>`{variable}` | {default} | {allowed} | {field.description} |")
    return "\n".join(lines)


def _sections(
    model: type[Config | Section], path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], list[tuple[str, FieldInfo]]]]:
    keys = [(name, field) for name, field in model.model_fields.items() if not _is_section(field.annotation)]
    if keys:
        yield path, keys
    for name, field in model.model_fields.items():
        if _is_section(field.annotation):
            yield from _sections(cast("type[Section]", field.annotation), (*path, name))
        for named in filter(_is_section, get_args(field.annotation)):  # a mapping from names to sections
            yield from _sections(named, (*path, name, "NAME"))


def _is_section(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Section)


def _default(name: str, field: FieldInfo) -> str:
    value = field.default
    if field.is_required():
        return "to be set"
    if name.endswith("_bytes"):
        size, unit = next(((size, unit) for size, unit in _UNITS if value % size == 0), (1, "B"))
        return f"`{value // size}{unit}`"
    return f"`{json.dumps(value)}`" if isinstance(value, bool | list) else "none" if value is None else f"`{value}`"


def _allowed(name: str, field: FieldInfo) -> str:
    kinds: dict[object, str] = {
        bool: "true, false",
        int: "a whole number",
        float: "a number",
        str: "text",
        Path: "a path",
        Path | None: "a path",
    }
    kind = "a size" if name.endswith("_bytes") else kinds.get(field.annotation, "a list of texts")
    if get_origin(field.annotation) is Literal:
        return ", ".join(get_args(field.annotation))
    if get_origin(field.annotation) is dict:
        return "a mapping"
    limits = []
    for rule in field.metadata:
        if pattern := getattr(rule, "pattern", None):
            return str(pattern).strip("^$()").replace("|", ", ")
        for attribute, words in (("gt", "above"), ("ge", "at least"), ("le", "at most"), ("lt", "below")):
            if (limit := getattr(rule, attribute, None)) is not None:
                limits.append(f"{words} {limit}")
    return ", ".join([kind, *limits])


def command_line() -> str:
    """Give the help of every command."""
    lines = [
        "# Command line",
        "",
        "Exit codes: 0 done, 1 failed, 2 wrong input or configuration. Errors go to stderr as `error: …` and `hint: …`.",
    ]
    for path, command in _commands(program, "assay"):
        context = click.Context(command, info_name=path, terminal_width=100, **program.context_settings)
        lines += ["", f"## {path}", "", "```text", command.get_help(context), "```"]
    return "\n".join(lines)


def _commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=path)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below
            yield from _commands(below, f"{path} {name}")


def http() -> str:
    """Describe every path of the API from its OpenAPI document."""
    spec = create_app(cast("Engine", None), Config().api, readiness=dict).openapi()
    lines = ["# HTTP API", "", "Served on port 8777; `/docs` has the same to try out, and `/openapi.json` for programs.", ""]
    lines += [spec["info"]["description"]]
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            lines += ["", f"## {method.upper()} {path}", "", operation.get("description", operation["summary"])]
            lines += _rows("parameter", _parameters(operation))
            lines += _rows("key of the body", _members(spec, operation.get("requestBody")))
            lines += _rows("key of the answer", _members(spec, operation["responses"].get("200")))
    lines += ["", "## Objects", "", "What the keys above hold."]
    for name, schema in sorted(spec["components"]["schemas"].items()):
        about = [schema["description"]] if "description" in schema else []
        lines += ["", f"### {name}", *([""] if about else []), *about, *_rows("key", _properties(schema))]
    return "\n".join(lines)


def _rows(title: str, rows: list[tuple[str, str, str]]) -> list[str]:
    if not rows:
        return []
    return [
        "",
        f"| {title} | type | meaning |",
        "|---|---|---|",
        *(f"| `{name}` | {kind} | {text} |" for name, kind, text in rows),
    ]


def _parameters(operation: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (each["name"], _kind(each["schema"]), each.get("description", each["schema"].get("description", "")))
        for each in operation.get("parameters", [])
    ]


def _members(spec: dict[str, Any], message: dict[str, Any] | None) -> list[tuple[str, str, str]]:
    """Name the members of the JSON object that a request or an answer is, if it is one."""
    schema = (message or {}).get("content", {}).get("application/json", {}).get("schema", {})
    if "$ref" in schema:
        schema = spec["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return _properties(schema)


def _properties(schema: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(name, _kind(each), each.get("description", "")) for name, each in schema.get("properties", {}).items()]


def _kind(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"] if each.get("type") != "null")
    kind = " or ".join(map(str, schema["enum"])) if "enum" in schema else str(schema.get("type", "any"))
    if kind == "array":
        return f"array of {_kind(schema.get('items', {}))}"
    if isinstance(schema.get("additionalProperties"), dict):
        return f"map of {_kind(schema['additionalProperties'])}"
    return f"{kind}, {schema['default']} by default" if schema.get("default") else kind


def own_metrics() -> str:
    """List what `/metrics` gives."""
    lines = [
        "# Assay's own metrics",
        "",
        "Served at `/metrics` beside the HTTP API, in the Prometheus text format, for both processes together.",
        "",
        "| name | type | labels | meaning |",
        "|---|---|---|---|",
    ]
    for metric in vars(metrics).values():
        if isinstance(metric, Counter | Gauge | Histogram):
            family = next(iter(metric.describe()))
            name = family.name + ("_total" if family.type == "counter" else "")
            labels = ", ".join(f"`{label}`" for label in metric._labelnames)
            lines.append(f"| `{name}` | {family.type} | {labels} | {family.documentation} |")
    engine = cast("Engine", None)
    described: list[Any] = [*PolicyMetrics(engine, lambda: 0, None).describe(), *EventMetrics(engine).describe()]
    for family in described:
        name = family.name + ("_total" if family.type == "counter" else "")
        labels = ", ".join(f"`{label}`" for label in family._labelnames)
        lines.append(f"| `{name}` | {family.type} | {labels} | {family.documentation} |")
    return "\n".join(lines)


def tables() -> str:
    """Describe the columns of every table from the schema's files."""
    lines = [
        "# Tables",
        "",
        "What `assay sql` and `POST /api/v1/sql` read. `…` stands for the rest of a long list of names.",
    ]
    for each in statement.load_all("assay.store.schema"):
        if not each.header.get("kind", "").startswith("table") or not _CREATE.search(each.text):
            continue
        name, columns = _columns(each.text)
        lines += ["", f"## {name}", "", f"{_sentence(each.header['why'])} {_sentence(each.header['gives'])}", ""]
        lines += ["| column | type |", "|---|---|", *(f"| `{column}` | `{kind}` |" for column, kind in columns)]
    return "\n".join(lines)


def attributes() -> str:
    """List the names of each renamed attribute."""
    lines = [
        "# Names of attributes",
        "",
        "Attributes that the semantic conventions have renamed. [Questions](../querying.md#old-and-new-names-of-attributes)",
        "find one under each of its names.",
        "",
        "| name | older names, the newest first |",
        "|---|---|",
    ]
    listed = [each for each in ALIASES if each[0] not in FORMER_SCOPE]
    lines += [f"| `{newest}` | {', '.join(f'`{name}`' for name in older)} |" for newest, *older in listed]
    scope = " and ".join(f"`{name}`" for name in FORMER_SCOPE)
    return "\n".join([*lines, "", f"{scope} are found as well under their names from when a scope was called a library."])


def conventions() -> str:
    """Describe every rule on telemetry."""
    lines = [
        "# Rules on telemetry",
        "",
        "What `assay doctor` and `GET /api/v1/conventions` check; [Conventions](../conventions.md) tells how.",
        "A rule is a statement in `src/assay/quality/conventions/rules/`, which `--explain` shows and which runs as it is in a",
        "ClickHouse client.",
        "",
        f"`{FORMULA}`",
    ]
    for rule in rules():
        lines += ["", f"## {rule.name}", "", f"{_sentence(rule.title)} Weight {rule.weight}, about {rule.topic}.", ""]
        lines += [
            f"- Why: {_sentence(rule.why)}",
            f"- Looks at: {_sentence(rule.looks_at)}",
            f"- What to change: {rule.change}",
        ]
    return "\n".join(lines)


def compliance_checks() -> str:
    """Describe every compliance check, and which controls of which framework it speaks for."""
    frameworks = [compliance.load(name) for name in compliance.available()]
    lines = [
        "# Compliance checks and frameworks",
        "",
        "What `assay compliance check` asks; [Compliance](../compliance.md) tells how. A check is a statement in",
        "`src/assay/quality/compliance/checks/` that runs as it is in a ClickHouse client.",
        "",
        "## Checks",
    ]
    for check in statement.load_all(compliance.FOLDER):
        lines += ["", f"### {check.name}", "", _sentence(check.header["why"]), ""]
        lines += [f"- Reads: {check.header['reads']}", f"- Looks at: {_sentence(check.header['gives'])}"]
        lines += [f"- Next, where it fails: {_sentence(check.header['next'])}"]
        for framework in frameworks:
            controls = [control.id for control in framework.controls if check.name in control.checks]
            lines += [f"- `{framework.id}`: {', '.join(controls)}"] if controls else []
    for framework in frameworks:
        assessed = [control for control in framework.controls if control.checks]
        lines += ["", f"## {framework.id}", "", f"{framework.title}: {len(assessed)} of {len(framework.controls)} controls"]
        lines[-1] += " are assessed; about the others Assay says nothing."
        lines += ["", "| control | title | checks |", "|---|---|---|"]
        lines += [f"| {control.id} | {control.title} | {_names(control.checks)} |" for control in assessed]
    return "\n".join(lines)


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:].rstrip(".") + "."


def _columns(text: str) -> tuple[str, list[tuple[str, str]]]:
    """Read table name, column names and types out of one CREATE TABLE."""
    opened = _CREATE.search(text)
    assert opened, text
    columns = []
    for part in _parts(text[opened.end() :]):
        name, _, rest = part.partition(" ")
        if name in {"INDEX", "PROJECTION", "CONSTRAINT"}:
            continue
        kind = _ENUM.sub(r"Enum8(\1, …)", re.split(r" (?:CODEC|DEFAULT|MATERIALIZED|ALIAS|EPHEMERAL|COMMENT)\b", rest)[0])
        if kind.startswith("Nested"):
            members = (member.partition(" ") for member in _parts(kind.partition("(")[2]))
            columns += [(f"{name}.{member}", f"Array({below})") for member, _, below in members]
        else:
            columns.append((name, kind))
    return opened[1], columns


def _parts(text: str) -> list[str]:
    """Split a list at its commas, up to the bracket that closes it."""
    depth, parts = 1, [""]
    for character in re.sub(r"--.*", "", text):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 0:
            break
        if depth == 1 and character == ",":
            parts.append("")
        else:
            parts[-1] += character
    return [" ".join(part.split()) for part in parts]


def event_registry() -> str:
    """Describe every attribute, event, span and metric of the registry."""
    known = registry.load()
    lines = [
        "# Registry",
        "",
        "Every attribute, event, span and metric that Assay knows by name, from `src/assay/core/registry.yaml`, in the form",
        "of the OpenTelemetry semantic conventions. [Events](../events.md) tells how they are used.",
        "",
        "## Events",
        "",
        "OTLP log records with these event names. Besides its own an event may carry " + _names(known.common) + ".",
    ]
    for event in known.events.values():
        lines += ["", f"### {event.name}", "", event.brief, "", "| attribute | level | meaning |", "|---|---|---|"]
        order = ["required", "recommended", "optional"]
        for name, level in sorted(event.requirements.items(), key=lambda use: order.index(use[1])):
            lines.append(f"| `{name}` | {level} | {known.attributes[name].brief} |")
    lines += ["", "## Metrics", "", "| name | instrument | unit | labels | meaning |", "|---|---|---|---|---|"]
    for metric in known.metrics.values():
        labels = _names(metric.requirements)
        lines.append(f"| `{metric.name}` | {metric.instrument} | `{metric.unit}` | {labels} | {metric.brief} |")
    for title, spans in (("Spans", known.spans), ("Events of spans", known.span_events)):
        lines += ["", f"## {title}", "", "| name | attributes | meaning |", "|---|---|---|"]
        lines += [f"| `{span.name}` | {_names(span.requirements)} | {span.brief} |" for span in spans.values()]
    lines += ["", "## Attributes"]
    for group, brief in known.groups.items():
        lines += [
            "",
            f"### {group.removeprefix('registry.')}",
            "",
            brief,
            "",
            "| name | type | stability | meaning | example |",
        ]
        lines.append("|---|---|---|---|---|")
        lines += [_attribute_row(each) for each in known.attributes.values() if each.group == group]
    return "\n".join(lines)


def _attribute_row(attribute: registry.Attribute) -> str:
    meaning = attribute.brief
    if attribute.renamed_to:
        meaning += f" Use `{attribute.renamed_to}`."
    if attribute.values:
        meaning += f" One of {_names(attribute.values)}."
    if attribute.aliases:
        meaning += " Aliases: " + ", ".join(f"`{alias}` = `{name}`" for alias, name in attribute.aliases) + "."
    kind = "time (RFC 3339)" if attribute.format else attribute.type
    unit = f", in {attribute.unit}" if attribute.unit else ""
    example = ", ".join(f"`{each}`" for each in attribute.examples[:1])
    return f"| `{attribute.name}` | {kind}{unit} | {attribute.stability.replace('_', ' ')} | {meaning} | {example} |"


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def gate_schema() -> str:
    """Give the JSON schema of a gate's document, for editors and for checks in other repositories."""
    return json.dumps(json_schema(), indent=2)


def compliance_framework_schema() -> str:
    """Give the JSON schema of a framework's document."""
    return json.dumps(framework_schema(), indent=2)


def compliance_waivers_schema() -> str:
    """Give the JSON schema of a document of waivers."""
    return json.dumps(waivers_schema(), indent=2)


PAGES: dict[str, Callable[[], str]] = {
    "configuration.md": configuration,
    "command-line.md": command_line,
    "http.md": http,
    "metrics.md": own_metrics,
    "attributes.md": attributes,
    "conventions.md": conventions,
    "compliance.md": compliance_checks,
    "registry.md": event_registry,
    "tables.md": tables,
    "framework.schema.json": compliance_framework_schema,
    "gate.schema.json": gate_schema,
    "waivers.schema.json": compliance_waivers_schema,
}


def dead_links() -> list[str]:
    """Name each link to a file that does not exist, in all Markdown of the repository."""
    root = REFERENCE.parents[1]
    dead = []
    for page in [*root.glob("*.md"), *root.glob("docs/**/*.md"), *root.glob("changelog.d/*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            if not (page.parent / target).exists():
                dead.append(f"{page.relative_to(root)}: {target}")
    return dead


def main(arguments: list[str]) -> int:
    """Write all pages, or with `--check` name those that differ from what would be written and return 1."""
    stale = []
    for name, page in PAGES.items():
        note = "" if name.endswith(".json") else "<!-- Written by docs/generate.py; change the code and run `make docs`. -->\n"
        text = f"{note}{page()}\n"
        path = REFERENCE / name
        if path.exists() and path.read_text("utf-8") == text:
            continue
        stale.append(name)
        if arguments != ["--check"]:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
            print(f"wrote {path}")
    dead = dead_links()
    for link in dead:
        print(f"dead link in {link}", file=sys.stderr)
    if stale and arguments == ["--check"]:
        print(f"out of date: {', '.join(stale)}; run `make docs`", file=sys.stderr)
        return 1
    return 1 if dead else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
