from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice

import pytest

from assay.demo.load import orders
from assay.demo.traffic import Traffic


class _Desk(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = b"no JSON" if order["id"].endswith("00003") else json.dumps({"trace_id": order["id"]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def desk() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Desk)
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_every_order_is_placed_once(desk: str) -> None:
    """Several customers share the orders; what became of each is kept, and an answer that makes no sense is an error."""
    with Traffic(desk, islice(orders(1), 10), customers=3, pause_seconds=0) as traffic:
        assert traffic.wait(30)
    assert sorted(each.trace_id for each in traffic.placed) == [f"WF-01-{n:05d}" for n in range(1, 11) if n != 3]
    assert all(each.status == 200 and each.trace_id == each.order.id for each in traffic.placed)
    assert [error.partition(":")[0] for error in traffic.errors] == ["WF-01-00003"]


def test_an_unanswered_order_is_an_error() -> None:
    """When nobody answers each order is an error that names it, and the customers go on."""
    with Traffic("http://127.0.0.1:1", islice(orders(1), 2), customers=1, pause_seconds=0) as traffic:
        assert traffic.wait(30)
    assert not traffic.placed
    assert [error.partition(":")[0] for error in traffic.errors] == ["WF-01-00001", "WF-01-00002"]


def test_customers_leave_when_they_are_stopped(desk: str) -> None:
    """Orders without end stop at the end of the block, even in the middle of a long pause."""
    with Traffic(desk, orders(1), customers=2, pause_seconds=3600) as traffic:
        assert not traffic.wait(0.1)
    assert traffic.wait(0)
