from __future__ import annotations

from typing import Any

import pytest

from assay.cli._decision import explain

_KEPT = {
    "state": "kept",
    "policy": "errors",
    "reason": "root",
    "time": "2026-11-03T10:00:00.000000000Z",
    "adjusted_count": 1.0,
    "visible_until": None,
    "gone": False,
}
_LATER = "2026-11-03T11:00:00.000000000Z"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, ["Kept by the policy errors, at ", "when its root had ended."]),
        ({"adjusted_count": 10.0, "policy": "rest\x1b"}, [r"rest\x1b", "It stands for 10 traces."]),
        ({"reason": "none", "policy": ""}, ["Kept: it came in while nothing was sampled."]),
        ({"state": "sampled_out", "policy": "", "visible_until": _LATER}, ["as no policy keeps it", "It can be seen until "]),
        ({"state": "sampled_out", "policy": "drop-tests", "gone": True}, ["by the policy drop-tests", "no longer here"]),
        (
            {"state": "waiting", "visible_until": _LATER},
            ["Waits for the decision", "It is decided at ", "It can be seen until "],
        ),
        ({"state": "waiting", "time": None, "reason": "none"}, ["Waits for the decision whether it is kept."]),
    ],
)
def test_a_decision_is_a_sentence(change: dict[str, Any], words: list[str]) -> None:
    """Who kept it, when and why, what it stands for, or until when it can be seen."""
    told = explain(_KEPT | change)
    assert all(each in told for each in words), told
    assert "\x1b" not in told
