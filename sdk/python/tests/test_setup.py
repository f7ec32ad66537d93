"""One install sets a service up: from the environment, from the declarative file, and from within a program."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

import pytest
from sdk import generate
from sdk.python.tests.receiver import receiving
from sdk.python.tests.running import QUIET, environment, run

from assay_sdk.resource import AssayResourceDetector


def test_defaults_are_those_of_the_guidelines() -> None:
    """Without any setting: our distribution though the plain one is installed, its exporters, batches, sampler and resource."""
    code = """
import json, os
from opentelemetry import trace
provider = trace.get_tracer_provider()
batch = provider._active_span_processor._span_processors[0]._batch_processor
print(json.dumps({
    "sampler": provider.sampler.get_description(),
    "batch": [batch._schedule_delay_millis, batch._max_export_batch_size, batch._max_queue_size, batch._export_timeout_millis],
    "exporter": type(batch._exporter).__module__,
    "resource": dict(provider.resource.attributes),
}))"""
    env = {key: value for key, value in environment("").items() if not key.startswith("OTEL_")}
    found = json.loads(run(code, {**env, "OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": ""}).stdout)
    assert found["sampler"] == "QmsSampler{1.0}"
    assert found["batch"] == [5000, 512, 2048, 30000]
    assert found["exporter"] == "opentelemetry.exporter.otlp.proto.http.trace_exporter"
    expected = {
        "service.name": "qms-python-service",
        "service.version": "1.0.0",
        "deployment.environment.name": "development",
        "qms.phase": "phase_4",
        "qms.component": "observability",
    }
    assert expected.items() <= found["resource"].items()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            {"OTEL_RESOURCE_ATTRIBUTES": "deployment.environment=qa,qms.phase=phase_5"},
            {"deployment.environment.name": "qa", "qms.phase": "phase_5"},
        ),
        (
            {"ENVIRONMENT": "staging", "SERVICE_VERSION": "2"},
            {"deployment.environment.name": "staging", "service.version": "2"},
        ),
    ],
)
def test_what_the_environment_says_wins(
    given: dict[str, str], expected: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over the defaults; the old name of the environment is understood."""
    for name in ("ENVIRONMENT", "SERVICE_VERSION", "SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert expected.items() <= dict(AssayResourceDetector().detect().attributes).items()


def test_a_script_sets_itself_up_and_sends_what_it_recorded() -> None:
    """With `initialize()` and nothing else; at rate 0 only critical operations are sent, and all events.

    Histograms in seconds have boundaries for seconds, those of the guidelines' own code too; others stay as they are.
    """
    code = """
import assay_sdk
assay_sdk.initialize()
with assay_sdk.workflow("WF-1"), assay_sdk.audit("ledger", action="book"):
    pass
assay_sdk.deployment("2.4.1", environment="production")
from opentelemetry import metrics
meter = metrics.get_meter("own")
meter.create_histogram("qms_request_duration_seconds", unit="seconds").record(0.03)
meter.create_histogram("size", unit="By").record(3)
meter.create_histogram("own", unit="s", explicit_bucket_boundaries_advisory=[1, 2]).record(3)
"""
    with receiving() as receiver:
        env = environment(receiver.url, OTEL_TRACES_SAMPLER="qms", OTEL_TRACES_SAMPLER_ARG="0")
        done = run(code, env, instrument=False)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        assert [each.data.name for each in receiver.spans()] == ["qms.audit.process"]
        assert receiver.spans()[0].data.trace_state == "ot=th:0"
        assert {each.data.event_name for each in receiver.logs()} >= {"qms.audit.recorded", "qms.deployment.finished"}
        metrics = {each.data.name: each.data for each in receiver.metrics()}
    assert "qms_deployments_total" in metrics
    timed = {name: each.histogram.data_points for name, each in metrics.items() if each.HasField("histogram")}
    bounds = {name: list(points[0].explicit_bounds) for name, points in timed.items()}
    assert bounds["qms_request_duration_seconds"][:3] == [0.005, 0.01, 0.025]
    assert bounds["size"][-1] == 10000
    assert bounds["own"] == [1, 2]


def test_a_program_without_telemetry_is_told_once_what_to_do() -> None:
    """Events that go nowhere are not lost in silence."""
    code = "import assay_sdk\nfor _ in '12': assay_sdk.deployment('1', service='s', environment='e')"
    done = run(code, environment(""), instrument=False)
    assert done.returncode == 0
    assert done.stderr.count("call assay_sdk.initialize()") == 1


def test_the_declarative_file_may_name_the_sampler_and_the_detector(tmp_path: Path) -> None:
    """`OTEL_CONFIG_FILE` sets up everything; `qms` and `assay` are found by their names."""
    with receiving() as receiver:
        file = tmp_path / "otel.yaml"
        file.write_text(
            f"""
file_format: "1.0"
resource:
  detection/development:
    detectors: [{{assay: {{}}}}]
tracer_provider:
  sampler: {{qms: {{}}}}
  processors:
    - batch: {{exporter: {{otlp_http: {{endpoint: "{receiver.url}/v1/traces"}}}}}}
""",
            "utf-8",
        )
        code = """
import assay_sdk
with assay_sdk.workflow("WF-1"), assay_sdk.quality_gate("release") as gate:
    gate.check("purity", True)
"""
        done = run(code, environment("", OTEL_CONFIG_FILE=str(file), OTEL_TRACES_SAMPLER_ARG="0"))
        assert [each.data.name for each in receiver.spans()] == ["qms.quality_gate.evaluate"], done.stderr
        assert receiver.spans()[0].resource["qms.phase"] == "phase_4"
        assert receiver.spans()[0].resource["service.name"] == "tested"


@pytest.mark.parametrize("answers", [True, False])
def test_a_program_that_is_terminated_sends_what_it_has(answers: bool) -> None:
    """SIGTERM ends it as ever, after records, spans and metrics are sent, or soon where nobody answers."""
    code = """
import os, signal, assay_sdk, assay_sdk.ending
assay_sdk.ending.LIMIT_SECONDS = %r
with assay_sdk.audit("ledger", action="book"):
    pass
assay_sdk.record_request("/orders", "GET", 200, 0.03)
os.kill(os.getpid(), signal.SIGTERM)
""" % (30.0 if answers else 0.5)
    slow = {f"OTEL_{processor}_SCHEDULE_DELAY": "60000" for processor in ("BSP", "BLRP")}
    with receiving() as receiver:
        endpoint = receiver.url if answers else "http://127.0.0.1:9"
        done = run(code, environment(endpoint, **slow, OTEL_METRIC_EXPORT_INTERVAL="60000"))
        assert done.returncode == -signal.SIGTERM, done.stderr
        sent = receiver.logs(), receiver.spans(), receiver.metrics()
        assert [bool(items) for items in sent] == [answers] * 3


@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
def test_a_program_ends_soon_where_nobody_answers(protocol: str) -> None:
    """What is still to be sent is given up some time after its end, and that is said; by itself the SDK tries for long."""
    code = """
import logging, time, assay_sdk, assay_sdk.ending
assay_sdk.ending.LIMIT_SECONDS = 0.5
with assay_sdk.audit("ledger", action="book"):
    logging.warning("last")
print(time.time())
"""
    env = environment("http://127.0.0.1:9", OTEL_EXPORTER_OTLP_PROTOCOL=protocol, OTEL_METRIC_EXPORT_INTERVAL="60000")
    done = run(code, env)
    assert time.time() - float(done.stdout) < 10, "the SDK by itself takes about fifteen seconds"
    assert "what was not sent is lost" in done.stderr


def test_b3_and_jaeger_headers_are_read_by_one_setting() -> None:
    """Beside W3C's; a debug flag of either keeps the trace whatever the rate."""
    code = """
from opentelemetry import propagate, trace
ids = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
for headers in (
    {"traceparent": f"00-{ids[0]}-{ids[1]}-01"},
    {"b3": f"{ids[0]}-{ids[1]}-d"},
    {"x-b3-traceid": ids[0], "x-b3-spanid": ids[1], "x-b3-flags": "1"},
    {"uber-trace-id": f"{ids[0]}:{ids[1]}:0:3"},
):
    with trace.get_tracer("own").start_as_current_span("continued", propagate.extract(headers)) as span:
        print(span.get_span_context().trace_id == int(ids[0], 16) and span.is_recording())
"""
    propagators = "tracecontext,baggage,b3,b3multi,jaeger"
    done = run(code, environment("", OTEL_PROPAGATORS=propagators, OTEL_TRACES_SAMPLER_ARG="0", **QUIET))
    assert done.stdout.split() == ["True"] * 4, done.stderr


def test_a_broken_instrumentation_does_not_stop_the_others() -> None:
    """One that fails is skipped and counted."""
    code = """
from unittest.mock import patch
import assay_sdk
from opentelemetry.instrumentation.flask import FlaskInstrumentor
with patch.object(FlaskInstrumentor, "instrument", side_effect=RuntimeError("broken")):
    assay_sdk.initialize()
import requests
print(hasattr(requests.Session.send, "opentelemetry_instrumentation_requests_applied"), assay_sdk.swallowed_errors())
"""
    done = run(code, environment("", **QUIET), instrument=False)
    assert done.stdout.split(maxsplit=1) == ["True", "{'the instrumentation of flask': 1}\n"], done.stderr


def test_constants_are_those_of_the_registry() -> None:
    """The generated module is in date."""
    for path, make in generate.FILES.items():
        assert path.read_text("utf-8") == make()


def test_the_api_is_light() -> None:
    """Importing it neither imports the server nor a transport."""
    code = "import sys, assay_sdk\nprint([name for name in sys.modules if name.partition('.')[0] in {'assay', 'grpc', 'chdb'}])"
    assert run(code, environment(""), instrument=False).stdout.strip() == "[]"
