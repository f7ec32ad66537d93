from __future__ import annotations

from pathlib import Path

import orjson

from assay.api.evidence import endpoints, gather, settings
from assay.core.config import Config
from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.core.statement import load_all
from assay.exporters import Exporters
from assay.journal import DeadLetter
from assay.policies import PolicyKeeper
from assay.quality import compliance
from assay.quality.compliance.check import TOLD

_EXPORTERS = {
    "vendor": {
        "type": "otlp/http",
        "endpoint": "https://me:hidden@a.example:4318/x?key=hidden",
        "headers": {"authorization": "hidden"},
    },
    "bare": {"type": "otlp/grpc", "endpoint": "me:hidden@a.example:4317"},
    "page": {"type": "prometheus", "host": "0.0.0.0"},
}


def test_no_secret_is_evidence() -> None:
    """Addresses of exporters go without user, password and query, and of the settings only those that checks ask for."""
    assert endpoints(_EXPORTERS) == {"vendor": "https://a.example:4318/x", "bare": "a.example:4317"}
    policies = {"scrubbing": {"key_rules": {"hidden": {"exact": ["x"]}}}}
    told = settings(Config(exporters=_EXPORTERS, policies=policies, insecure_no_auth=True))
    assert "hidden" not in orjson.dumps(told).decode()
    assert told["exporters.page.host"] == "0.0.0.0"
    assert told["api.host"] == "127.0.0.1"


def test_everything_that_listens_is_evidence() -> None:
    """Each receiver and the API are told with their address, on whatever protocol; what is switched off is not."""
    listening = {key for key in settings(Config()) if key.endswith(".host")}
    assert listening >= {"receivers.otlp.grpc.host", "receivers.zipkin.host", "receivers.jaeger.host", "api.host"}
    config = Config.model_validate({"receivers": {"otlp": {"grpc": {"enabled": False}}}})
    assert listening - settings(config).keys() == {"receivers.otlp.grpc.host"}


def test_every_check_is_told_what_it_asks_for(engine: Engine, tmp_path: Path) -> None:
    """A running Assay tells every parameter of every check; dead letters count in the window in which they were buried."""
    keeper = PolicyKeeper(engine, None, tmp_path / "keys", lambda statements: None)
    letter = DeadLetter(Signal.LOGS, tmp_path, 1, "reason", 500, 0, "", "", 3, 10)
    told = gather(engine, Config(), keeper, Exporters(engine, {}, tmp_path, lambda _: 0), lambda: [letter])
    asked = {name for check in load_all(compliance.FOLDER) for name in check.parameters}
    assert asked == {"start", "end", *told} == set(TOLD)
    about_itself = ("dead_letters", "scrubbing_enabled", "listeners_private", "exporters_current", "conventions_kept")
    outcomes = {name: compliance.run(engine, name, 0, 1000, told) for name in about_itself}
    assert [outcome.reason for outcome in outcomes.values()] == [""] * 5
    assert outcomes["dead_letters"].sample[0].finding == "3 items could not be stored"
    assert outcomes["scrubbing_enabled"].result == outcomes["listeners_private"].result == "passed"
    assert told["dead_items"](501, 1000) == {"traces": 0, "metrics": 0, "logs": 0}
    assert told["one_in"](0, 1000) == 1
