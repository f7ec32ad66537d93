from __future__ import annotations

from typing import Any

import pytest

from assay.core.errors import InvalidInput
from assay.core.ports import Engine
from assay.policies import filters

WRONG: list[tuple[Any, str]] = [
    ([], "filters: it is no mapping"),
    ({"Noise": {"condition": "1"}}, "filters.Noise: a filter's name"),
    ({"noise": "SpanName = 'a'"}, "filters.noise: it is no mapping"),
    ({"noise": {"signal": "spans", "condition": "1"}}, "filters.noise.signal: 'spans' is no signal"),
    ({"noise": {"signal": "logs"}}, "filters.noise.condition: it is missing"),
    ({"noise": {"condition": "  "}}, "filters.noise.condition: it is missing"),
    ({"noise": {"condition": "1", "rate": 5}}, "filters.noise.rate: unknown key"),
]


@pytest.mark.parametrize(("given", "message"), WRONG, ids=[message for _, message in WRONG])
def test_a_wrong_filter_is_refused(given: Any, message: str) -> None:
    """Name, signal, condition and nothing else make a filter; what is wrong is named."""
    with pytest.raises(InvalidInput) as error:
        filters.parse(given)
    assert error.value.message.startswith(message)
    assert error.value.hint


def test_filters_lie_over_those_that_come_with_assay() -> None:
    """A new one comes behind, one of a known name replaces it, and false takes it away."""
    own = {"noise": {"condition": "1"}}
    assert [each.name for each in filters.parse(own)] == ["health_checks", "noise"]
    assert [each.condition for each in filters.parse({"health_checks": {"condition": " 0 "}})] == ["0"]
    assert filters.parse({"health_checks": False}) == ()


@pytest.mark.parametrize("signal", filters.COLUMNS)
def test_a_condition_may_use_every_column_of_its_signal(engine: Engine, signal: str) -> None:
    """The columns that a hint names are there, and none of another table is."""
    for column in filters.COLUMNS[signal]:
        filters.validate((filters.Filter("a", signal, f"notEmpty(toString({column}))"),), engine)
    with pytest.raises(InvalidInput, match=r"^filters\.a\.condition: ") as error:
        filters.validate((filters.Filter("a", signal, "Batch > 1"),), engine)
    assert ", ".join(filters.COLUMNS[signal]) in error.value.hint


def test_the_first_filter_that_holds_is_named() -> None:
    """Filters of one signal are one function, in their order; a signal without any drops nothing."""
    made = filters.parse({"health_checks": False, "a": {"condition": "x"}, "b": {"condition": "y OR z"}})
    spans, logs, _ = filters.compile_filters(made)
    assert spans.endswith("-> multiIf((x), 'a', (y OR z), 'b', '')")
    assert logs.endswith("-> ''")
