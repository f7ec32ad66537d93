from __future__ import annotations

from typing import Any

import pytest
import yaml

from assay.core.ports import Engine
from assay.policies.sampling import PolicyRefused, compile_sampling, explain, policies_of, read

COLLECTOR = """
decision_wait: 10s
num_traces: 100
expected_new_traces_per_sec: 10
decision_cache: {sampled_cache_size: 100_000, non_sampled_cache_size: 100_000}
policies:
  [
    {name: test-policy-1, type: always_sample},
    {name: test-policy-2, type: latency, latency: {threshold_ms: 5000, upper_threshold_ms: 10000}},
    {name: test-policy-3, type: numeric_attribute, numeric_attribute: {key: key1, min_value: 50, max_value: 100}},
    {name: test-policy-4, type: probabilistic, probabilistic: {sampling_percentage: 10}},
    {name: test-policy-5, type: status_code, status_code: {status_codes: [ERROR, UNSET]}},
    {name: test-policy-6, type: string_attribute, string_attribute: {key: key2, values: [value1, value2]}},
    {name: test-policy-7, type: string_attribute,
     string_attribute: {key: key2, values: [value1, val*], enabled_regex_matching: true, cache_max_size: 10}},
    {name: test-policy-8, type: rate_limiting, rate_limiting: {spans_per_second: 35}},
    {name: test-policy-9, type: span_count, span_count: {min_spans: 2, max_spans: 20}},
    {name: test-policy-10, type: trace_state, trace_state: {key: key3, values: [value1, value2]}},
    {name: test-policy-11, type: boolean_attribute, boolean_attribute: {key: key4, value: true}},
    {name: test-policy-12, type: ottl_condition, ottl_condition: {error_mode: ignore,
       span: ['attributes["test_attr_key_1"] == "test_attr_val_1"', 'attributes["test_attr_key_2"] != "test_attr_val_1"'],
       spanevent: ['name != "test_span_event_name"', 'attributes["test_event_attr_key_2"] != "test_event_attr_val_1"']}},
    {name: and-policy-1, type: and, and: {and_sub_policy: [
       {name: test-and-policy-1, type: numeric_attribute, numeric_attribute: {key: key1, min_value: 50, max_value: 100}},
       {name: test-and-policy-2, type: string_attribute, string_attribute: {key: key2, values: [value1, value2]}}]}},
    {name: drop-policy-1, type: drop, drop: {drop_sub_policy: [
       {name: test-drop-policy-1, type: string_attribute,
        string_attribute: {key: url.path, values: [/health, /metrics], enabled_regex_matching: true}}]}},
    {name: bytes-1, type: bytes_limiting, bytes_limiting: {bytes_per_second: 1000000, burst_capacity: 3000000}},
    {name: flags-1, type: trace_flags},
    {name: composite-policy-1, type: composite, composite: {
       max_total_spans_per_second: 1000,
       policy_order: [test-composite-policy-1, test-composite-policy-2, test-composite-policy-3],
       composite_sub_policy: [
         {name: test-composite-policy-1, type: numeric_attribute, numeric_attribute: {key: key1, min_value: 50}},
         {name: test-composite-policy-2, type: string_attribute, string_attribute: {key: key2, values: [value1, value2]}},
         {name: test-composite-policy-3, type: always_sample}],
       rate_allocation: [{policy: test-composite-policy-1, percent: 50}, {policy: test-composite-policy-2, percent: 25}]}},
  ]
"""
"""What the processor's own documentation shows, all of its policies."""


def test_a_section_of_the_collector_can_be_pasted(engine: Engine) -> None:
    """Every policy that the processor documents compiles to SQL that the store runs; options without a use are told as such."""
    sampling = read(yaml.safe_load(COLLECTOR))
    assert sampling.decision_wait == 10
    assert [note.partition(":")[0] for note in sampling.notes()] == [
        "num_traces",
        "expected_new_traces_per_sec",
        "decision_cache",
    ]
    compiled = compile_sampling(sampling, engine)
    assert [verdict.name for verdict in compiled.verdicts] == [policy.name for policy in policies_of(sampling)]
    assert engine.query(f"SELECT count() FROM ({explain(sampling)})").rows[0][0] >= 0


def _one(kind: str, options: Any = None) -> dict[str, Any]:
    policy = {"name": "a", "type": kind}
    return {"policies": [policy if options is None else {**policy, kind: options}]}


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"polices": []}, "polices: unknown key", "did you mean policies?"),
    ({"decision_wait": "30 parsecs"}, "decision_wait: '30 parsecs' is no duration", "docs/sampling.md"),
    ({"hot_window": "59s"}, "hot_window must be at least twice decision_wait, 60s", ""),
    ({"policies": []}, "policies: List should have at least 1 item", ""),
    ({"policies": [_one("always_sample")["policies"][0]] * 2}, "two policies are named 'a'", ""),
    (_one("tail"), "policies[0].type: Input should be 'always_sample'", ""),
    (_one("latency", {"treshold_ms": 1}), "policies[0].latency.treshold_ms: unknown key", "did you mean threshold_ms?"),
    (_one("status_code"), "policies[0]: a policy of type status_code needs its options under the key status_code", ""),
    (_one("status_code", {"status_codes": ["FAILED"]}), "policies[0].status_code.status_codes[0]: Input should be 'OK'", ""),
    (_one("numeric_attribute", {"key": "a"}), "policies[0].numeric_attribute: min_value or max_value is missing", ""),
    (_one("rate_limiting", {"spans_per_second": 0}), "policies[0].rate_limiting.spans_per_second: Input should be greater", ""),
    (_one("string_attribute", {"values": ["a"]}), "policies[0].string_attribute.key: missing", ""),
    (
        {"policies": [{"name": "a", "type": "latency", "span_count": {"min_spans": 2}}]},
        "policies[0]: the type is latency, so the options under span_count would do nothing",
        "",
    ),
    (
        _one("string_attribute", {"key": "k", "values": ["a", "(b"], "enabled_regex_matching": True}),
        "policies[0].string_attribute.values[1]: the engine refuses it",
        "RE2",
    ),
    (_one("sql_condition", {"span": "Duratn > 3"}), "policies[0].sql_condition: the engine refuses it", "otel_traces"),
    (_one("sql_condition", {"span": "count() > 3"}), "policies[0].sql_condition: the engine refuses it", ""),
    (_one("sql_condition", {"span": "toInt64(SpanAttributes['n']) > 3"}), "policies[0].sql_condition: the engine", "OrZero"),
    (_one("sql_condition", {"span": "1) OR (1"}), "policies[0].sql_condition.span[0]: '1) OR (1' is not one SQL condition", ""),
    (_one("sql_condition", {"span": "1; DROP TABLE otel_traces"}), "policies[0].sql_condition.span[0]", ""),
    (_one("sql_condition", {"span": "1 -- )"}), "policies[0].sql_condition.span[0]", ""),
    (
        _one("ottl_condition", {"span": ['IsMatch(name, "a.*")']}),
        "policies[0].ottl_condition.span[0]: the OTTL condition 'IsMatch(name, \"a.*\")' cannot be translated",
        "type: sql_condition",
    ),
    (_one("ottl_condition", {"spanevent": ["name =="]}), "policies[0].ottl_condition.spanevent[0]", "sql_condition"),
    (
        _one("and", {"and_sub_policy": [_one("drop", {"drop_sub_policy": _one("always_sample")["policies"]})["policies"][0]]}),
        "policies[0].and.and_sub_policy[0].type: drop stands inside another policy",
        "move it",
    ),
    (
        _one("composite", {"max_total_spans_per_second": 9, "policy_order": ["b"], **{
            "composite_sub_policy": _one("always_sample")["policies"]}}),
        "policies[0].composite: there is no sub-policy named 'b'; there are a",
        "",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("section", "message", "hint"), REFUSED)
def test_what_is_wrong_is_named_with_what_to_do(engine: Engine, section: dict[str, Any], message: str, hint: str) -> None:
    """A section that cannot be used is refused with the path of the key, what is wrong there and a hint."""
    with pytest.raises(PolicyRefused) as refused:
        compile_sampling(read(section), engine)
    assert message in refused.value.message
    assert hint in refused.value.hint and refused.value.hint


def test_more_conditions_than_fit_are_refused() -> None:
    """A trace remembers 64 different conditions on its spans; a policy more is refused, the same condition again is not."""
    policies = [
        {"name": str(number), "type": "string_attribute", "string_attribute": {"key": "k", "values": [number // 2]}}
        for number in range(128)
    ]
    assert len(compile_sampling(read({"policies": policies})).conditions) == 64
    policies.append({"name": "one more", "type": "status_code", "status_code": {"status_codes": ["OK"]}})
    with pytest.raises(PolicyRefused, match="more than 64"):
        compile_sampling(read({"policies": policies}))


def test_durations_are_those_of_the_collector() -> None:
    """A duration may have several units and fractions; a number is seconds."""
    waits = [read({"decision_wait": given}).decision_wait for given in ("1m30s", "500ms", "1.5s", 20)]
    assert waits == [90, 0.5, 1.5, 20]
    assert read({"hot_window": "1d"}).hot_window == 86400


def test_the_version_changes_with_the_policies_alone() -> None:
    """Two sections that decide alike have the same version; any that may decide otherwise has another."""
    first = compile_sampling(read({}))
    assert first.version == compile_sampling(read({"hot_window": "2h", "num_traces": 5})).version
    others = [read({"decision_wait": 20}), read({"policies": [{"name": "rest", "type": "always_sample"}]})]
    assert len({first.version, *(compile_sampling(other).version for other in others)}) == 3
