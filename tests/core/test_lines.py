from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from assay.core.lines import find_line

_KEYS = st.from_regex(r"[a-z]{1,3}(\.[a-z]{1,3})?", fullmatch=True)
_TREES = st.recursive(
    st.integers(0, 9),
    lambda below: st.dictionaries(_KEYS, below, min_size=1, max_size=3) | st.lists(below, min_size=1, max_size=3),
    max_leaves=12,
)


def _paths(tree: Any, path: str = "") -> list[str]:
    if isinstance(tree, dict):
        steps = [(f"{path}.{key}".removeprefix("."), value) for key, value in tree.items()]
    elif isinstance(tree, list):
        steps = [(f"{path}[{index}]", value) for index, value in enumerate(tree)]
    else:
        return []
    return [each for at, value in steps for each in (at, *_paths(value, at))]


def _is_clear(tree: Any) -> bool:
    """Say whether no key is the beginning of another beside it, so that a path means one thing."""
    if isinstance(tree, dict):
        clear = not any(a != b and b.startswith(f"{a}.") for a in tree for b in tree)
        return clear and all(map(_is_clear, tree.values()))
    return all(map(_is_clear, tree)) if isinstance(tree, list) else True


@given(tree=st.dictionaries(_KEYS, _TREES, min_size=1, max_size=3).filter(_is_clear))
def test_every_path_is_found_in_its_order(tree: dict[str, Any]) -> None:
    """Each key and element of a file has a line, those that stand further down have no smaller one."""
    text = yaml.safe_dump(tree, sort_keys=False)
    lines = [find_line(text, path) for path in _paths(tree)]
    known = [line for line in lines if line is not None]
    assert len(known) == len(lines)
    assert known == sorted(known)
    assert 1 <= known[0] <= known[-1] <= len(text.splitlines())


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("policies.filters.noise.condition", 4),
        ("policies.filters.noise.absent", 3),
        ("policies.sampling.policies[1].latency.threshold_ms", 8),
        ("policies.sampling.policies[7]", 6),
        ("policies.enrichment.span.rename.http.method", 12),
        ("nothing", None),
    ],
)
def test_a_path_leads_to_its_line_or_the_nearest(path: str, line: int | None) -> None:
    """A key is on the line where it stands, dots in it or not; of what is not there the nearest above it is told."""
    text = """policies:
  filters:
    noise:
      condition: a
  sampling:
    policies:
      - name: a
      - {name: b, latency: {threshold_ms: 5}}
  enrichment:
    span:
      rename:
        http.method: http.request.method
"""
    assert find_line(text, path) == line


def test_what_is_no_yaml_has_no_lines() -> None:
    """A file that cannot be read has no line to point to."""
    assert find_line("a: [", "a") is None
