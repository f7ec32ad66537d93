"""The dashboards and rules that Assay ships speak of metrics that it has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.dashboards.shipped import boards, queries, rules

from assay.cli.main import program
from assay.core import registry

_REFERENCE = Path(__file__).parents[2] / "docs/reference/metrics.md"
_NAME = re.compile(r"\b(?:assay|qms|traces_span_metrics)_\w+")
_LABELS = {"qms_criteria", "qms_criteria_result"}
_SPANS = {"traces_span_metrics_calls_total", "traces_span_metrics_duration_seconds"}


def _known() -> set[str]:
    own = set(re.findall(r"^\| `(assay_\w+)`", _REFERENCE.read_text("utf-8"), re.MULTILINE))
    names = own | _SPANS | {name for name in registry.load().metrics if name.startswith("qms_")}
    return names | {name + suffix for name in names for suffix in ("_bucket", "_sum", "_count")}


@pytest.mark.parametrize(("place", "expression"), [*queries(), *rules()])
def test_asks_only_for_metrics_that_there_are(place: str, expression: str) -> None:
    """A metric that was renamed leaves no empty panel and no silent alert behind."""
    named = set(_NAME.findall(expression)) - _LABELS
    assert named or "up{" in expression or "service:" in expression, f"{place} asks for nothing of Assay's"
    assert named <= _known()


@pytest.mark.parametrize("name", sorted(boards()))
def test_a_dashboard_is_whole(name: str) -> None:
    """Panels have ids and places of their own, titles and descriptions, and the reader's choice of a Prometheus."""
    board = boards()[name]
    panels = board["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert all(panel["title"] and panel["description"] for panel in panels)
    assert all(target["datasource"]["uid"] == "${datasource}" for panel in panels for target in panel["targets"])
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(cells) == len(set(cells)), "panels overlap"
    assert max(x for x, _ in cells) < 24


def test_a_variable_that_is_offered_is_used() -> None:
    """A choice changes what is shown."""
    for name, board in boards().items():
        asked = " ".join(expression for place, expression in queries() if place.startswith(f"{name}:"))
        for variable in board["templating"]["list"]:
            assert variable["name"] == "datasource" or f"${variable['name']}" in asked


def test_files_are_written_and_changed_ones_are_left_alone(tmp_path: Path) -> None:
    """The command writes all files, may be repeated, and does not overwrite what somebody has changed."""
    place = str(tmp_path / "new")
    first = CliRunner().invoke(program, ["dashboards", place])
    assert first.exit_code == 0
    assert {Path(line).name for line in first.output.splitlines()} == {*(f"{name}.json" for name in boards()), "rules.yaml"}
    assert CliRunner().invoke(program, ["dashboards", place]).exit_code == 0
    changed = tmp_path / "new" / "services.json"
    changed.write_text("{}")
    again = CliRunner().invoke(program, ["dashboards", place])
    assert again.exit_code == 2
    assert str(changed) in again.stderr
    assert "another directory" in again.stderr
    assert changed.read_text() == "{}"
