"""Deploy a version of the demo's order desk and let customers use it: `python -m tests.e2e.deploying VERSION ORDERS [PERIOD]`.

With PERIOD the version brings a change that closes that period by mistake, so that orders of it fail. It ends once all that the
services sent can be seen. ASSAY_SERVER, OTLP_GRPC and OTLP_HTTP say where Assay is.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
from itertools import islice
from pathlib import Path

import httpx
from tests.e2e.running import wait_for

from assay.demo import services
from assay.demo.load import orders
from assay.demo.services import Otlp
from assay.demo.traffic import Traffic


def deploy(version: str, count: int, closed: str) -> None:
    """Run the version until `count` orders that should succeed are placed and stored."""
    services.VERSIONS["orders"] = version
    otlp = Otlp(os.environ["OTLP_GRPC"], os.environ["OTLP_HTTP"])
    with tempfile.TemporaryDirectory() as folder, services.running(otlp, Path(folder), version) as started:
        if closed:
            with sqlite3.connect(Path(folder) / "ledger.sqlite3", timeout=30) as ledger:
                ledger.execute("INSERT INTO closed_periods VALUES (?)", [closed])
            ledger.close()
        good = (order for order in orders(7) if order.expected_status == 200 and not order.is_slow)
        with Traffic(started[0].url, islice(good, count), customers=2, pause_seconds=0) as traffic:
            assert traffic.wait(120)
        assert not traffic.errors
    wait_for(lambda: _stored(version) >= count, "the requests are counted")


def _stored(version: str) -> int:
    sql = "SELECT sum(Count) FROM assay_service_metrics WHERE ServiceName = 'orders' AND Version = {version:String}"
    asked = {"sql": f"{sql} AND SpanKind = 'Server'", "parameters": {"version": version}}
    answer = httpx.post(f"{os.environ['ASSAY_SERVER']}/api/v1/sql", json=asked, timeout=60)
    return int(answer.raise_for_status().json()["rows"][0][0])


if __name__ == "__main__":
    deploy(sys.argv[1], int(sys.argv[2]), "".join(sys.argv[3:]))
