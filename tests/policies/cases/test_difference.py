from __future__ import annotations

from assay.policies.cases.difference import compare_counts, compare_fates, compare_rows
from assay.policies.cases.model import Event, StoredSpan, TraceFate

_ROW = {
    "name": "GET /",
    "service": "shop",
    "attributes": {"n": "5", "ok": "true", "who": "[user k1:0123456789abcdef]"},
    "resource": {"service.name": "shop", "team": "blue"},
    "scope": {},
    "scrubbed": {"attributes.who": "user"},
    "status_message": "",
    "events": [["retry", {"try": "2"}]],
    "links": [],
}


def test_only_what_is_written_is_compared() -> None:
    """Numbers and booleans are compared as the texts that are stored, and patterns match whole values."""
    whole = StoredSpan(
        name="GET /",
        attributes={"n": 5, "ok": True, "who": r"~ \[user k1:[0-9a-f]{16}\]"},
        resource={"team": "blue"},
        events=[Event(name="retry", attributes={"try": 2})],
        scrubbed={"attributes.who": "user"},
    )
    assert list(compare_rows("spans", [whole], [_ROW])) == []
    assert list(compare_rows("spans", [StoredSpan()], [_ROW])) == []


def test_each_difference_is_a_line() -> None:
    """What is missing, what is too much and what is otherwise is told by its path."""
    wanted = StoredSpan(attributes={"n": 6, "absent": "x", "who": "~ user"}, links=[{}], name="GET /")
    assert list(compare_rows("spans", [wanted, StoredSpan(name="next")], [_ROW])) == [
        "spans[0].attributes.absent: expected 'x', but it is not there",
        "spans[0].attributes.n: expected 6, found '5'",
        "spans[0].attributes.ok: not expected, found 'true'",
        "spans[0].attributes.who: expected '~ user', found '[user k1:0123456789abcdef]'",
        "spans[0].links: expected [{}], found []",
        'spans[1]: expected {"name":"next"}, but there is no such row',
    ]
    assert next(compare_rows("spans", [], [_ROW])).startswith("spans[0]: stored, but not expected: ")


def test_counts_and_fates_are_compared() -> None:
    """Filters that should not have dropped anything are told too; a trace is told with what decided."""
    assert list(compare_counts({"a": 1, "b": 2}, {"a": 1, "c": 3})) == [
        "filtered.b: expected 2, found 0",
        "filtered.c: expected 0, found 3",
    ]
    expected = {
        "a": TraceFate(kept=True),
        "b": TraceFate(kept=True, policy="errors"),
        "c": TraceFate(kept=True, adjusted_count=10),
        "d": TraceFate(kept=True),
    }
    found = {"a": (False, "", 1.0), "b": (True, "rest", 10.0), "c": (True, "rest", 1.0)}
    assert list(compare_fates(expected, found)) == [
        "traces.a: expected kept, found sampled out, by no policy",
        "traces.b: expected kept by errors, found kept by rest",
        "traces.c: expected to stand for 10 traces, found 1",
        "traces.d: there is no span of it",
    ]
