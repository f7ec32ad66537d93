from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from tests.conftest import Store
from tests.otlp_requests import SECOND, attributes, logs, metrics, record, span, traces

from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.quality.conventions import Examination, Question, Rule, Service, examine, find_rules, rules

_CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text("utf-8"))
_NAMES = [f"{case['rule']}, {case['about']}" for case in _CASES]
_MILLISECOND = 1_000_000
_STATUSES = {"error": Status.STATUS_CODE_ERROR, "ok": Status.STATUS_CODE_OK}


def _service(number: int) -> str:
    return str(_CASES[number].get("of", f"conventions-{number}"))


def _trace(number: int) -> str:
    return f"c0{number:030x}"


def _span(given: dict[str, Any], number: int, place: int, start_ns: int) -> Span:
    made = span(
        _trace(number),
        given.get("id", 100 + place),
        given.get("parent", 0),
        given.get("name", "work").replace("{n}", "".join(chr(97 + int(digit)) for digit in str(place))),
        start_ns + round(given.get("at", 0) * _MILLISECOND),
        round(given.get("lasts", 1) * _MILLISECOND),
        given.get("values"),
        kind=Span.SpanKind.Value(f"SPAN_KIND_{given.get('kind', 'internal').upper()}"),
        flags=given.get("flags", 0),
    )
    made.status.code = _STATUSES.get(given.get("status", ""), Status.STATUS_CODE_UNSET)
    made.status.message = given.get("message", "")
    for name in given.get("events", []):
        made.events.add(name=name, time_unix_nano=made.start_time_unix_nano)
    return made


def _metric(given: dict[str, Any], at_ns: int) -> Metric:
    made = Metric(name=given["name"], unit=given.get("unit", ""))
    for each in range(given.get("series", 1)):
        labels = attributes({"order": str(each), "shop": "one"})
        made.gauge.data_points.add(as_int=1, time_unix_nano=at_ns, attributes=labels)
    return made


@pytest.fixture(scope="module")
def start_ns() -> int:
    return time.time_ns() - 600 * SECOND


@pytest.fixture(scope="module")
def examined(engine: Engine, store: Store, start_ns: int) -> Examination:
    """All cases in the store, and what all rules find in them."""
    spans, records, points = ExportTraceServiceRequest(), ExportLogsServiceRequest(), ExportMetricsServiceRequest()
    for number, case in enumerate(_CASES):
        service, resource = _service(number), case.get("resource", {})
        for place, given in enumerate(case.get("spans", []) * case.get("repeat", 1)):
            caller = f"{service}-{given['service']}" if "service" in given else service
            one = traces(caller, [_span(given, number, place, start_ns)], resource)
            one.resource_spans[0].scope_spans[0].scope.name = given.get("scope", "")
            spans.MergeFrom(one)
        for given in case.get("logs", []):
            fields = {
                "severity_text": given.get("severity", ""),
                "severity_number": given.get("number", 0),
                "event_name": given.get("event", ""),
                "trace_id": bytes.fromhex(_trace(number)) if given.get("trace") else b"",
                "span_id": (1).to_bytes(8) if given.get("span") else b"",
            }
            records.MergeFrom(logs(service, [record(start_ns, "told", **fields)], resource))
        for given in case.get("metrics", []):
            points.MergeFrom(metrics(service, [_metric(given, start_ns)], resource))
    for signal, request in ((Signal.TRACES, spans), (Signal.LOGS, records), (Signal.METRICS, points)):
        store(signal, request)
    return examine(engine, _question(start_ns))


def _question(start_ns: int, **more: Any) -> Question:
    return Question(start_ns - SECOND, start_ns + 3600 * SECOND, start_ns + 7200 * SECOND, **more)


def _find(examined: Examination, name: str) -> Service:
    (service,) = (each for each in examined.services if each.name == name)
    return service


@pytest.mark.parametrize("number", range(len(_CASES)), ids=_NAMES)
def test_a_rule_finds_what_is_wrong_and_leaves_the_rest(examined: Examination, number: int) -> None:
    """Each case of the table gives the counts and offenders that are written there, with a trace of its own."""
    case = _CASES[number]
    results = [each for each in _find(examined, _service(number)).results if each.rule == case["rule"]]
    if case["checked"] is None:
        assert results == []
        return
    (result,) = results
    assert (result.checked, result.found) == (case["checked"], case["found"]), result.offenders
    told = {offender.subject: offender.instead for offender in result.offenders}
    assert case.get("subjects", {}).items() <= told.items()
    assert bool(told) == bool(result.found)
    if "spans" in case:
        assert all(offender.traces == [_trace(number)] for offender in result.offenders)


def test_every_rule_is_seen_to_find_and_to_leave() -> None:
    """No rule is without a case in which it finds something and one in which it finds nothing."""
    for found in (True, False):
        assert {case["rule"] for case in _CASES if case["checked"] and bool(case["found"]) == found} == {
            rule.name for rule in rules()
        }


def test_the_score_is_what_the_formula_says(examined: Examination) -> None:
    """A score is the weighted share of what is right over the rules that apply, and the costs are what is missing of 100."""
    for service in examined.services:
        if service.results:
            weights = sum(result.weight for result in service.results)
            right = sum(result.weight * (1 - result.found / result.checked) for result in service.results)
            assert service.score == pytest.approx(100 * right / weights - 0.05, abs=0.0501)
            assert (service.score == 100) == all(result.found == 0 for result in service.results)


def test_a_service_alone_is_found_as_wrong_as_among_others(engine: Engine, examined: Examination, start_ns: int) -> None:
    """What is asked of one service is what it has in the answer for all: its callers count, though they are others."""
    number = next(number for number, case in enumerate(_CASES) if case["rule"] == "parent_missing")
    (alone,) = examine(engine, _question(start_ns, service=_service(number))).services
    assert alone == _find(examined, _service(number))


def test_a_parent_that_may_be_on_its_way_is_not_missed(engine: Engine, examined: Examination, start_ns: int) -> None:
    """A span is asked for its parent a minute after it was received, and not before."""
    number = next(number for number, case in enumerate(_CASES) if case["rule"] == "parent_missing" and case["found"])
    received = f"SELECT toUnixTimestamp64Nano(max(ReceivedAt)) FROM assay_spans WHERE ServiceName = '{_service(number)}'"
    received_ns = int(engine.query(received).rows[0][0])

    def ask(seconds: int) -> Service:
        now_ns, only = received_ns + seconds * SECOND, find_rules(["parent_missing"])
        (service,) = examine(
            engine, Question(start_ns, start_ns + 3600 * SECOND, now_ns, _service(number), rules=only)
        ).services
        return service

    early, late = ask(59), ask(61)
    assert (early.score, early.results) == (None, [])
    assert "no rule applies" in early.why_no_score
    assert [(result.rule, result.found) for result in late.results] == [("parent_missing", 2)]
    assert late.name in {each.name for each in examined.services}


def test_no_telemetry_is_no_full_score(engine: Engine) -> None:
    """Where nothing came in there is no service, and so no score that somebody could take for a good one."""
    quiet_ns = 1_234_567_890 * SECOND
    answer = examine(engine, Question(quiet_ns, quiet_ns + SECOND, quiet_ns + 2 * SECOND))
    assert (answer.services, answer.spans, answer.looked_at) == ([], 0, 0)
    assert examine(engine, _question(time.time_ns(), service="never-heard-of")).services == []


def test_a_sample_is_of_whole_traces_and_says_how_much_it_is(engine: Engine, store: Store, start_ns: int) -> None:
    """Of more spans than allowed about so many are looked at, no parent is missed for it, and both numbers are told."""
    made = [
        one
        for number in range(400)
        for one in (span(f"5a{number:030x}", 1, start_ns=start_ns), span(f"5a{number:030x}", 2, 1, start_ns=start_ns))
    ]
    store(Signal.TRACES, traces("conventions-sampled", made))
    answer = examine(engine, _question(start_ns, service="conventions-sampled", max_spans=200))
    (service,) = answer.services
    assert (service.spans, answer.spans, answer.one_in) == (800, 800, 4)
    assert 100 <= service.looked_at <= 300
    checked = {result.rule: (result.checked, result.found) for result in service.results}
    assert checked["service_name_missing"] == (service.looked_at, 0)
    assert checked["parent_missing"] == (service.looked_at / 2, 0)
    none = examine(engine, _question(start_ns, service="conventions-sampled", max_spans=1, rules=find_rules(["span_kind"])))
    assert all(each.score is None and each.why_no_score for each in none.services if not each.looked_at)


def _asked(rule: Rule) -> set[str]:
    return set(rule.statement.parameters)


def test_every_rule_tells_what_it_is_and_is_bounded() -> None:
    """Each has its words, a weight, and asks for a time range; those on spans look only at the sample."""
    for rule in rules():
        assert rule.weight in {1, 3, 5}
        assert rule.title
        assert rule.change.endswith(".")
        assert {"start", "end", "service"} <= _asked(rule)
        assert rule.topic in {"logs", "metrics"} or rule.name == "span_name_count" or "one_in" in _asked(rule)
