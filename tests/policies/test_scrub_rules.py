from __future__ import annotations

from typing import Any

import pytest

from assay.core.errors import InvalidInput
from assay.policies.scrub_rules import Scrubbing, defaults, merge, validate
from assay.store import EmbeddedEngine


def test_the_engine_understands_the_rules_that_come_with_assay(engine: EmbeddedEngine) -> None:
    """Every guard, pattern and piece of SQL in the packaged rules is accepted."""
    validate(defaults(), engine)


def test_rules_keep_their_order_and_the_users_come_first(engine: EmbeddedEngine) -> None:
    """New detectors run last, new key rules are asked first, and a changed rule stays in its place."""
    merged = merge(
        defaults(),
        {"detectors": {"ours": {"pattern": "x{8}"}, "jwt": {"action": "drop"}}, "key_rules": {"ours": {"exact": ["a"]}}},
    )
    assert [each.name for each in merged.detectors] == [*(each.name for each in defaults().detectors), "ours"]
    assert merged.key_rules[0].name == "ours"
    assert merged.key_rules[1:] == defaults().key_rules


def test_a_new_pattern_does_not_keep_the_old_guard() -> None:
    """A guard that was made for another pattern would hide what the new one finds."""
    changed = next(
        each for each in merge(defaults(), {"detectors": {"ssn": {"pattern": "S[0-9]{9}"}}}).detectors if each.name == "ssn"
    )
    assert "S[0-9]{9}" in changed.guard


@pytest.mark.parametrize(
    ("policy", "at", "hint"),
    [
        ({"detector": {}}, "scrubbing.detector:", "detectors"),
        ({"detectors": {"email": {"actoin": "mask"}}}, "scrubbing.detectors.email.actoin:", "action"),
        ({"detectors": {"email": {"action": "hide"}}}, "scrubbing.detectors.email.action:", "partial"),
        ({"detectors": {"ours": {"action": "mask"}}}, "scrubbing.detectors.ours.pattern:", "regular expression"),
        ({"detectors": {"ours": {"pattern": "x", "action": "partial"}}}, "scrubbing.detectors.ours.partial:", "SQL"),
        ({"detectors": {"ours": {"pattern": 5}}}, "scrubbing.detectors.ours.pattern:", "quotes"),
        ({"detectors": {"ours": {"pattern": "%{nothing}"}}}, "scrubbing.detectors.ours.pattern:", "placeholder"),
        ({"detectors": {"our-rule": {"pattern": "x"}}}, "scrubbing.detectors.our-rule.label:", "letters"),
        ({"detectors": {"email": "off"}}, "scrubbing.detectors.email:", "false"),
        ({"detectors": ["email"]}, "scrubbing.detectors:", "mapping"),
        ({"key_rules": {"ours": {"action": "mask"}}}, "scrubbing.key_rules.ours:", "exact"),
        ({"key_rules": {"ours": {"exact": ["a"], "detectors": ["email"]}}}, "scrubbing.key_rules.ours.detectors:", "allow"),
        (
            {"key_rules": {"ours": {"exact": ["a"], "action": "allow", "detectors": ["emial"]}}},
            "scrubbing.key_rules.ours.detectors:",
            "email",
        ),
    ],
)
def test_a_wrong_option_is_named_with_a_hint(policy: dict[str, Any], at: str, hint: str) -> None:
    """The error says where it is and what to write instead."""
    with pytest.raises(InvalidInput) as caught:
        merge(defaults(), policy)
    assert caught.value.message.startswith(at)
    assert hint in f"{caught.value.message} {caught.value.hint}"


@pytest.mark.parametrize(
    ("detector", "at"),
    [
        ({"pattern": "a(?=b)", "guard": "a"}, "scrubbing.detectors.ours.pattern:"),
        ({"pattern": "(a)b", "guard": "a"}, "scrubbing.detectors.ours.pattern:"),
        ({"pattern": "a*", "guard": "a"}, "scrubbing.detectors.ours.pattern:"),
        ({"pattern": "a", "guard": "a(?=b)"}, "scrubbing.detectors.ours.guard:"),
        ({"pattern": "a", "guard": "a[bc]{1,400}"}, "scrubbing.detectors.ours.guard:"),
        ({"pattern": "a", "only": "(("}, "scrubbing.detectors.ours.only:"),
        ({"pattern": "a", "unless": "(("}, "scrubbing.detectors.ours.unless:"),
        ({"pattern": "a", "check": "no_such_function(secret)"}, "scrubbing.detectors.ours.check:"),
        ({"pattern": "a", "partial": "right(nothing, 4)", "action": "partial"}, "scrubbing.detectors.ours.partial:"),
    ],
)
def test_what_the_engine_does_not_understand_is_refused(engine: EmbeddedEngine, detector: dict[str, Any], at: str) -> None:
    """A pattern or SQL that cannot run is refused before anything uses it, by rule and option."""
    with pytest.raises(InvalidInput) as caught:
        validate(merge(Scrubbing(), {"detectors": {"ours": detector}}), engine)
    assert caught.value.message.startswith(at)
    assert caught.value.hint


def test_a_key_pattern_that_the_engine_does_not_understand_is_refused(engine: EmbeddedEngine) -> None:
    """The same holds for patterns of keys."""
    with pytest.raises(InvalidInput, match=r"scrubbing\.key_rules\.ours\.regex:"):
        validate(merge(Scrubbing(), {"key_rules": {"ours": {"regex": ["a(?=b)"]}}}), engine)


def test_the_keys_of_a_rule_are_texts_not_patterns(engine: EmbeddedEngine) -> None:
    """A point in an exact key or a prefix stands for itself, and case does not matter."""
    rules = merge(Scrubbing(), {"key_rules": {"ours": {"exact": ["a.b"], "prefix": ["c."]}}}).key_rules
    matched = [
        engine.query(f"SELECT multiMatchAny({{key:String}}, ['{rules[0].pattern}'])".replace("\\", "\\\\"), {"key": key}).rows[
            0
        ][0]
        for key in ("a.b", "A.B", "axb", "a.bc", "c.d", "cd")
    ]
    assert matched == [1, 1, 0, 0, 1, 0]
