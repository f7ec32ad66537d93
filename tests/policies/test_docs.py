"""What the pages about policies show is what works."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from assay.core.ports import Engine
from assay.policies import filters, parse, validate

DOCS = Path(__file__).parents[2] / "docs"


def _blocks(page: str) -> list[str]:
    return re.findall(r"^```yaml\n(.*?)^```", (DOCS / page).read_text("utf-8"), re.DOTALL | re.MULTILINE)


def _sections() -> list[Any]:
    written = [yaml.safe_load(block) for block in _blocks("policies.md")]
    policies = [block["policies"] for block in written if "policies" in block]
    cases = [
        case.get("policies") or {"sampling": case["sampling"]} for block in written if isinstance(block, list) for case in block
    ]
    return [*policies, *cases, {"scrubbing": yaml.safe_load(_blocks("scrubbing.md")[0])}]


@pytest.mark.parametrize("section", _sections(), ids=", ".join)
def test_each_example_can_be_used(engine: Engine, section: Any) -> None:
    """Policies that are shown are read, and the engine understands them."""
    validate(parse(section), engine)


def test_the_page_names_every_column_of_a_condition() -> None:
    """Whoever writes a filter finds all the columns that it may use."""
    lines = (DOCS / "policies.md").read_text("utf-8").splitlines()
    for signal, columns in filters.COLUMNS.items():
        (line,) = (line for line in lines if line.startswith(f"| `{signal}` |"))
        assert [name for name in re.findall(r"`(\w+)`", line)[1:] if name in columns] == list(columns)
