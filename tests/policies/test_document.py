from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import InvalidInput, Misconfigured
from assay.core.ports import Engine
from assay.policies import SECTIONS, compile_policies, explain, parse, read, scrub_rules, validate
from assay.policies.pseudonyms import PseudonymKey

KEY = PseudonymKey(7, Path("/keys/pseudonym-k7.key"))

WRONG: list[tuple[Any, str, str]] = [
    ([], "policies: it is no mapping", "filters"),
    ({"filter": {}}, "filter: unknown key", "did you mean filters?"),
    ({"scrubbing": 5}, "scrubbing: it is no mapping", "detectors"),
    ({"scrubbing": {"enabled": "no"}}, "scrubbing.enabled: 'no' is neither true nor false", "true or false"),
    ({"scrubbing": {"detectors": {"email": {"acton": "mask"}}}}, "scrubbing.detectors.email.acton: there is no such", "action"),
    ({"sampling": []}, "sampling: it is no mapping", "policies"),
    ({"sampling": {"hot_windw": "1h"}}, "sampling.hot_windw: unknown key", "did you mean hot_window?"),
    ({"sampling": {"policies": [{"name": "a", "type": "latenzy"}]}}, "sampling.policies[0].type", "docs/sampling.md"),
]


@pytest.mark.parametrize(("given", "message", "hint"), WRONG, ids=[message for _, message, _ in WRONG])
def test_what_is_wrong_is_named_with_its_path(given: Any, message: str, hint: str) -> None:
    """The message begins with the path of the key, and the hint says what to write."""
    with pytest.raises(InvalidInput) as error:
        parse(given)
    assert error.value.message.startswith(message)
    assert hint in error.value.hint


@given(order=st.permutations(["filters", "sampling", "enrichment"]))
def test_the_version_is_that_of_the_meaning(order: list[str]) -> None:
    """The same policies have the same version in whatever order they are written, others have another."""
    sections = {"filters": {"a": {"condition": "1"}}, "sampling": {"enabled": False}, "enrichment": {}}
    version = parse({name: sections[name] for name in order}).version
    assert version == parse(sections).version
    assert version != parse({**sections, "filters": {"a": {"condition": "0"}}}).version
    assert len(version) == 12


def test_nothing_written_is_what_comes_with_assay() -> None:
    """Without policies, or with empty sections, secrets are masked, health checks filtered and traces sampled."""
    for given_ in (None, {}, dict.fromkeys(SECTIONS)):
        policies = parse(given_)
        assert policies.scrubbing
        assert [each.name for each in policies.filters] == ["health_checks"]
        assert policies.sampling.enabled
        assert policies.version == parse(None).version


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (
            "log_level: info\npolicies:\n  filters:\n    noise:\n      signl: logs\n",
            ":5: policies.filters.noise.signl: unknown key",
        ),
        ("policies:\n  enrichment:\n    span:\n      set: [a]\n", ":4: policies.enrichment.span.set: it is no mapping"),
        (
            "policies:\n  sampling:\n    policies:\n    - {name: a, type: always_sample}\n    - name: b\n      type: latency\n"
            "      latency:\n        treshold_ms: 5\n",
            ":8: policies.sampling.policies[1].latency.treshold_ms: unknown key",
        ),
        (
            "policies:\n  scrubbing:\n    key_rules:\n      mine: {action: mask}\n",
            ":4: policies.scrubbing.key_rules.mine: it names",
        ),
    ],
)
def test_a_file_is_refused_with_its_line(tmp_path: Path, text: str, where: str) -> None:
    """A wrong policy in a file is told with file, line and key, and a hint."""
    path = tmp_path / "assay.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(Misconfigured) as error:
        read(path)
    assert f"{path}{where}" in error.value.message
    assert error.value.hint


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"filters": {"noise": {"condition": "SpanName ="}}}, "filters.noise.condition"),
    ({"filters": {"noise": {"condition": "NoSuchColumn = 1"}}}, "filters.noise.condition"),
    ({"scrubbing": {"detectors": {"mine": {"pattern": "([a-z]"}}}}, "scrubbing.detectors.mine.guard"),
    ({"scrubbing": {"detectors": {"mine": {"pattern": "a+", "check": "secret ="}}}}, "scrubbing.detectors.mine.check"),
    ({"scrubbing": {"key_rules": {"mine": {"regex": "(?<=a)b"}}}}, "scrubbing.key_rules.mine.regex"),
    (
        {"sampling": {"policies": [{"name": "a", "type": "sql_condition", "sql_condition": {"span": "Nothing > 1"}}]}},
        "sampling.policies[0].sql_condition",
    ),
]


@pytest.mark.parametrize(("given", "path"), REFUSED, ids=[path for _, path in REFUSED])
def test_what_the_engine_does_not_understand_is_refused(engine: Engine, given: dict[str, Any], path: str) -> None:
    """A condition or pattern that the engine refuses is told with its path before anything is in force."""
    with pytest.raises(InvalidInput) as error:
        validate(parse(given), engine)
    assert error.value.message.startswith(f"{path}: ")
    assert error.value.hint


def test_what_comes_with_assay_is_understood(engine: Engine) -> None:
    """The rules that nobody has to write are understood by the engine, all of them."""
    policies = parse(None)
    assert policies.scrubbing
    scrub_rules.validate(policies.scrubbing, engine)
    validate(policies, engine)


def test_scrubbing_off_leaves_no_function_of_it() -> None:
    """Switched off, what the decode views ask is what it is without policies."""
    statements = "\n".join(compile_policies(parse({"scrubbing": {"enabled": False}}), KEY))
    assert "assay_policy_clean" not in statements
    assert "assay_policy_clean" in "\n".join(compile_policies(parse(None), KEY))


def test_the_key_is_named_and_not_shown() -> None:
    """The SQL of pseudonyms says where the key is read, under its id."""
    text = explain(parse(None), KEY)["scrubbing"]
    assert "file('/keys/pseudonym-k7.key')" in text
    assert "'k7'" in text


def test_explained_sampling_runs_as_it_is(engine: Engine) -> None:
    """What `explain` says of sampling is a SELECT that anybody can run; without sampling there is none."""
    text = explain(parse(None), KEY)["sampling"]
    assert engine.query(text[text.index("SELECT") :].rstrip(";")).columns
    assert "SELECT" not in explain(parse({"sampling": {"enabled": False}}), KEY)["sampling"]
    assert explain(parse({"scrubbing": {"enabled": False}}), KEY)["scrubbing"] == "-- switched off"
