from __future__ import annotations

import time
from random import randrange
from uuid import uuid4

from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from tests.conftest import Store
from tests.otlp_requests import SECOND, logs, metrics, record, span, traces

from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.policies import parse, try_out
from assay.policies.trial import Trial

_RULES = {"detectors": {"badge": {"pattern": "BDG-[0-9]{6}"}}}


def _try(engine: Engine, policies: object) -> Trial:
    now = int(time.time())
    return try_out(engine, parse(policies), now - 600, now + 60)


def test_no_answer_has_a_secret_that_the_rules_cover(engine: Engine, store: Store) -> None:
    """Wherever a secret is stored, the dry run finds it and shows it masked only."""
    service, secret, now = f"trial-{uuid4()}", f"BDG-{randrange(10**6):06}", time.time_ns()
    sent = span(uuid4().hex, 1, name=f"of {secret}", start_ns=now - SECOND, values={"badge": secret, "deep": {"in": [secret]}})
    sent.status.message = secret
    sent.events.add(name=secret).attributes.add(key="e").value.string_value = secret
    sent.links.add(trace_id=b"\1" * 16, span_id=b"\1" * 8).attributes.add(key="l").value.string_value = secret
    store(Signal.TRACES, traces(service, [sent], {"who": secret}))
    store(Signal.LOGS, logs(service, [record(now, f"by {secret}", {"x": secret})]))
    metric = Metric(name="m")
    point = metric.gauge.data_points.add(as_double=1, time_unix_nano=now)
    point.attributes.add(key="p").value.string_value = secret
    point.exemplars.add().filtered_attributes.add(key="x").value.string_value = secret
    store(Signal.METRICS, metrics(service, [metric]))
    trial = _try(engine, {"scrubbing": _RULES})
    assert secret not in repr(trial)
    places = {
        (each.signal, each.place) for each in trial.scrubbed if service in each.services and each.rule in ("badge", "nested")
    }
    assert places >= {
        *(("traces", f"{place}") for place in ("name", "status.message", "attributes.badge", "attributes.deep", "event.name")),
        *(("traces", place) for place in ("event.attributes.e", "link.attributes.l", "resource.attributes.who")),
        ("logs", "body"),
        ("logs", "attributes.x"),
        ("metrics", "attributes.p"),
        ("metrics", "exemplar.attributes.x"),
    }


def test_what_is_masked_already_is_not_told_again(engine: Engine, store: Store) -> None:
    """A value that a rule has changed as a whole is done with, whatever the rule would make of its mask."""
    service = f"trial-{uuid4()}"
    masked = {"account": "[account k1:0123456789abcdef]", "text": "a [badge] b"}
    store(Signal.TRACES, traces(service, [span(uuid4().hex, 1, start_ns=time.time_ns() - SECOND, values=masked)]))
    rules = {**_RULES, "key_rules": {"account": {"exact": "account", "action": "hash"}}}
    assert [each for each in _try(engine, {"scrubbing": rules}).scrubbed if service in each.services] == []


def test_the_first_filter_that_holds_counts(engine: Engine, store: Store) -> None:
    """Each item counts once, for the filter that would have dropped it; what none drops is in the total."""
    service = f"trial-{uuid4()}"
    store(
        Signal.TRACES,
        traces(service, [span(uuid4().hex, n, name=f"n{n}", start_ns=time.time_ns() - SECOND) for n in (1, 2, 3)]),
    )
    policies = {
        "filters": {
            "one": {"condition": f"ServiceName = '{service}' AND SpanName = 'n1'"},
            "low": {"condition": f"ServiceName = '{service}' AND SpanName < 'n3'"},
        },
        "sampling": {"enabled": False},
    }
    trial = _try(engine, policies)
    found = {each.filter: each for each in trial.dropped}
    assert (found["one"].items, found["low"].items) == (1, 1)
    assert found["one"].of == found["low"].of >= 3
    assert found["low"].examples == [f"{service}: n2"]
    assert trial.sampling is None
