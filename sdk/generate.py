"""Write the constants of the SDKs from the registry; with --check fail if they are out of date."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from textwrap import wrap

from assay.core import registry
from assay.core.registry import Attribute, Definition

HERE = Path(__file__).parent
_LABELS = "registry.qms.labels"
_WIDTH = 128
_HEADER = '''"""The names of the registry. Written by sdk/generate.py: change the registry and run `make docs`."""

from __future__ import annotations

from typing import Final, NamedTuple


class Metric(NamedTuple):
    """A metric: kind of instrument, unit, and what it counts."""

    instrument: str
    unit: str
    description: str

'''


def python() -> str:
    """Return the module `assay_sdk.names`."""
    known = registry.load()
    lines = [_HEADER, "# Attributes"]
    attributes, labels = (
        [(each.name, each.brief) for each in known.attributes.values() if (each.group == _LABELS) is wanted]
        for wanted in (False, True)
    )
    lines += [*_constants(attributes), "", "# Labels of metrics", *_constants(labels, "LABEL", dot="__")]
    for title, prefix, definitions in (
        ("Spans", "SPAN", known.spans),
        ("Events of spans", "SPAN_EVENT", known.span_events),
        ("Events", "EVENT", known.events),
        ("Metrics", "METRIC", known.metrics),
    ):
        lines += ["", f"# {title}", *_constants(((each.name, each.brief) for each in definitions.values()), prefix)]
    lines += ["", "METRICS: Final[dict[str, Metric]] = {", *_metrics(known.metrics), "}"]
    lines += ["", "REQUIRED: Final[dict[str, tuple[str, ...]]] = {", *_required(known.events), "}"]
    lines += ['"""What each event must carry."""']
    lines += ["", "VALUES: Final[dict[str, tuple[str, ...]]] = {", *_values(known.attributes), "}"]
    lines += ['"""What is allowed, for the attributes where that is limited."""']
    return "\n".join(lines) + "\n"


def _constants(named: Iterable[tuple[str, str]], prefix: str = "", dot: str = "_") -> list[str]:
    # `dot` keeps workflow_type and workflow.type apart, which are both labels.
    lines = []
    for name, brief in named:
        constant = "_".join(filter(None, [prefix, name.upper().replace(".", dot)]))
        lines += [f'{constant}: Final = "{name}"', *_docstring(brief)]
    return lines


def _docstring(text: str) -> list[str]:
    # Short lines, so that the formatter leaves them as they are.
    return wrap('"""' + text.replace('"', "'") + '"""', width=120)


def _metrics(metrics: Mapping[str, Definition]) -> list[str]:
    return [
        f"    {_text(each.name)}: Metric({_text(each.instrument)}, {_text(each.unit)}, {_text(each.brief)}),"
        for each in metrics.values()
    ]


def _required(events: Mapping[str, Definition]) -> list[str]:
    return [line for each in events.values() for line in _listed(each.name, each.required)]


def _listed(name: str, texts: Iterable[str]) -> list[str]:
    # As the formatter breaks a line that is too long.
    line = f'    "{name}": {_texts(texts)},'
    return [line] if len(line) <= _WIDTH else [f'    "{name}": (', *(f"        {_text(text)}," for text in texts), "    ),"]


def _values(attributes: Mapping[str, Attribute]) -> list[str]:
    return [f'    "{each.name}": {_texts(each.values)},' for each in attributes.values() if each.values]


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _texts(texts: Iterable[str]) -> str:
    listed = [_text(text) for text in texts]
    return f"({listed[0]},)" if len(listed) == 1 else f"({', '.join(listed)})"


FILES = {HERE / "python/src/assay_sdk/names.py": python}


def main(arguments: list[str]) -> int:
    """Write every file, or with `--check` name those that differ and return 1."""
    written = {path: make() for path, make in FILES.items()}
    if arguments != ["--check"]:
        for path, text in written.items():
            path.write_text(text, "utf-8")
        return 0
    late = [path for path, text in written.items() if not path.exists() or path.read_text("utf-8") != text]
    for path in late:
        print(f"{path.relative_to(HERE.parent)} is not what the registry says: run `make docs`", file=sys.stderr)
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
