"""A real server of the forward protocol takes what Assay sends on."""

from __future__ import annotations

import time
from pathlib import Path

from tests import otlp_requests
from tests.e2e.running import wait_for
from tests.peers.exporting import send, sending_on
from tests.peers.fluent import fluent


def test_log_records_arrive_over_an_authenticated_connection(tmp_path: Path) -> None:
    """With a shared key, packed and compressed, and acknowledged: records are there with tag, time and fields."""
    now = time.time_ns()
    records = [otlp_requests.record(now, f"line {place}", {"n": place}, severity_text="WARN") for place in range(3)]
    with fluent(tmp_path, "secret") as (url, taken):
        options = {"type": "fluent/forward", "endpoint": url, "shared_key": "secret", "tag": "otel", "services": ["cart"]}
        with sending_on(tmp_path, {"fluent": options}) as assay:
            send(assay, logs=otlp_requests.logs("cart", records))
            wait_for(lambda: len(taken()) == 3, "all records")
    assert {each["tag"] for each in taken()} == {"otel"}
    assert sorted(each["record"]["message"] for each in taken()) == ["line 0", "line 1", "line 2"]
    assert {each["record"]["severity"] for each in taken()} == {"WARN"}
    assert {each["record"]["attributes"]["n"] for each in taken()} == {0, 1, 2}
