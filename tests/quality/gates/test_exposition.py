from __future__ import annotations

from uuid import uuid4

from prometheus_client.parser import text_string_to_metric_families
from tests.quality.gates.world import World


def _samples(world: World, stage: str) -> dict[tuple[str, str], float]:
    """Return the values of a stage by name and by what is left of its labels."""
    answer = world.client.get("/metrics")
    assert answer.status_code == 200
    return {
        (
            each.name,
            " ".join(f"{key}={value}" for key, value in sorted(each.labels.items()) if value and key != "stage"),
        ): each.value
        for family in text_string_to_metric_families(answer.text)
        for each in family.samples
        if each.labels.get("stage") == stage
    }


def test_the_metrics_of_the_guidelines_are_told(world: World) -> None:
    """Evaluations by result and each of their criteria, the percentage that passed, and how long they took."""
    world.requests(99, 1)
    stage = f"stage-{uuid4().hex}"
    gate = world.gate(
        {"measure": "error_rate", "pass": "<= 1%"},
        {"measure": "latency_p50", "pass": "<= 1ms", "stages": [f"{stage}-bad"]},
        type="release",
    )
    for _ in range(3):
        assert world.check(gate, stage=stage)["result"] == "passed"
    world.gate({"measure": "error_rate", "pass": "<= 0.1%"}, type="release", name=gate)
    took = world.check(gate, stage=stage)["duration_seconds"]
    told = _samples(world, stage)
    of = "qms_gate_type=release"
    assert told["qms_quality_gates_total", f"{of} result=passed"] == 3
    assert told["qms_quality_gates_total", f"{of} result=failed"] == 1
    assert told["qms_quality_gates_total", f"qms_criteria=error_rate qms_criteria_result=failed {of} result=failed"] == 1
    assert told["qms_quality_gates_total", f"qms_criteria=error_rate qms_criteria_result=passed {of} result=passed"] == 3
    assert told["qms_quality_gate_pass_rate", ""] == 75
    assert told["qms_quality_gate_duration_seconds_count", f"{of} result=failed"] == 1
    assert told["qms_quality_gate_duration_seconds_sum", f"{of} result=failed"] == took
    assert told["qms_quality_gate_duration_seconds_bucket", f"le=30.0 {of} result=failed"] == 1
    assert told["qms_quality_gate_duration_seconds_bucket", f"le=0.01 {of} result=failed"] == (took <= 0.01)
