from __future__ import annotations

import gzip
import hashlib
import os
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgpack
import pytest
import trustme
from hypothesis import HealthCheck, given, settings
from tests import otlp_requests, otlp_strategies
from tests.e2e.running import wait_for
from tests.exporters.exporting import QUICK, Journal, exporting

from assay.core.ports import Engine
from assay.core.signals import Signal

AT = 1_700_000_000_123_456_789
TRACE = bytes.fromhex("0af7651916cd43dd8448eb211c80319c")


class Forward:
    """A server of the forward protocol that takes nothing which the specification does not allow."""

    def __init__(self, listener: socket.socket, key: str, context: ssl.SSLContext | None) -> None:
        self.records: list[tuple[str, int, dict[str, Any]]] = []
        self.connections = 0
        self.silent = 0
        self.key = key
        scheme = "tls" if context else "tcp"
        self.url = f"{scheme}://localhost:{listener.getsockname()[1]}"
        self._listener = listener
        self._context = context

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                with suppress(OSError), connection:
                    if self._context is None:
                        self._talk(connection)
                        continue
                    with self._context.wrap_socket(connection, server_side=True) as encrypted:
                        self._talk(encrypted)

    def _talk(self, connection: socket.socket) -> None:
        unpacker = msgpack.Unpacker(raw=False, ext_hook=_event_time)
        if self.key and not self._shake_hands(connection, unpacker):
            return
        while data := connection.recv(65536):
            unpacker.feed(data)
            for tag, entries, option in unpacker:
                if self.silent:
                    self.silent -= 1
                    return
                self._take(tag, entries, option)
                connection.sendall(msgpack.packb({"ack": option["chunk"]}))

    def _take(self, tag: str, entries: bytes, option: dict[str, Any]) -> None:
        assert isinstance(entries, bytes)
        packed = gzip.decompress(entries) if option.get("compressed") == "gzip" else entries
        unpacker = msgpack.Unpacker(raw=False, ext_hook=_event_time)
        unpacker.feed(packed)
        read = [(tag, time, record) for time, record in unpacker]
        assert len(read) == option["size"]
        self.records += read

    def _shake_hands(self, connection: socket.socket, unpacker: Any) -> bool:
        nonce, auth = os.urandom(16), os.urandom(16)
        connection.sendall(msgpack.packb(["HELO", {"nonce": nonce, "auth": auth, "keepalive": True}]))
        ping = None
        while ping is None:
            unpacker.feed(connection.recv(65536))
            ping = next(iter(unpacker), None)
        kind, name, salt, digest, user, password = ping
        assert (kind, user) == ("PING", "joe")
        known: bool = digest == _digest(salt, name.encode(), nonce, self.key.encode())
        known = known and password == _digest(auth, b"joe", b"secret")
        answer = _digest(salt, b"server", nonce, self.key.encode())
        connection.sendall(msgpack.packb(["PONG", known, "" if known else "shared key mismatch", "server", answer]))
        return known


def _event_time(code: int, data: bytes) -> int:
    assert (code, len(data)) == (0, 8)
    return int.from_bytes(data[:4]) * 10**9 + int.from_bytes(data[4:])


def _digest(*parts: bytes) -> str:
    return hashlib.sha512(b"".join(parts)).hexdigest()


@contextmanager
def serving(key: str = "", context: ssl.SSLContext | None = None) -> Iterator[Forward]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Forward(listener, key, context)
        thread = threading.Thread(target=server.serve)
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def forward(server: Forward, **more: Any) -> dict[str, Any]:
    return {"type": "fluent/forward", "endpoint": server.url, **QUICK, **more}


def logs(*bodies: Any) -> Any:
    fields: Any = {"severity_text": "WARN", "severity_number": 13, "trace_id": TRACE, "span_id": b"\1" * 8}
    records = [otlp_requests.record(AT, body, {"n": 3}, **fields) for body in bodies]
    return otlp_requests.logs("cart", records, {"host.name": "h"})


@pytest.mark.parametrize("compression", ["gzip", "none"])
def test_records_come_with_their_time_and_are_acknowledged(engine: Engine, tmp_path: Path, compression: str) -> None:
    """A record is a map with nanoseconds of time and the types of its values, under the tag that is configured."""
    journal = Journal(engine)
    options = {"compression": compression, "tag": "otel.logs"}
    with serving() as server, exporting(engine, journal, tmp_path, there=forward(server, **options)):
        journal.put(Signal.LOGS, logs("hello", {"k": [1, None]}))
        wait_for(lambda: len(server.records) == 2, "all records")
    assert {(tag, time) for tag, time, _ in server.records} == {("otel.logs", AT)}
    common = {
        "severity": "WARN", "severity_number": 13, "trace_id": TRACE.hex(), "span_id": "01" * 8, "service": "cart",
        "attributes": {"n": 3}, "resource": {"service.name": "cart", "host.name": "h"},
    }  # fmt: skip
    messages = [record.pop("message") for _, _, record in server.records]
    assert [record for _, _, record in server.records] == [common, common]
    assert sorted(messages, key=str) == ["hello", {"k": [1, None]}]


def test_what_is_not_acknowledged_is_sent_again(engine: Engine, tmp_path: Path) -> None:
    """A server that takes a request and dies before it has answered gets it again, over a new connection."""
    journal = Journal(engine)
    with serving() as server, exporting(engine, journal, tmp_path, there=forward(server)):
        server.silent = 1
        journal.put(Signal.LOGS, logs("hello"))
        wait_for(lambda: len(server.records) == 1, "the record")
        assert server.connections == 2
        journal.put(Signal.LOGS, logs("again"))
        wait_for(lambda: len(server.records) == 2, "the next one")
        assert server.connections == 2


def test_both_sides_prove_that_they_know_the_key_over_tls(engine: Engine, tmp_path: Path) -> None:
    """With the key, a name and a password records come, encrypted; with another key the exporter waits and nothing is lost."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    journal = Journal(engine)
    options = {"shared_key": "k", "username": "joe", "password": "secret", "tls": {"ca_file": str(tmp_path / "ca.pem")}}
    with (
        serving("other", context) as server,
        exporting(engine, journal, tmp_path, there=forward(server, **options)) as exporters,
    ):
        journal.put(Signal.LOGS, logs("hello"))
        wait_for(lambda: "shared key mismatch" in exporters.told()[0].last_error, "the error is told")
        server.key = "k"
        wait_for(lambda: len(server.records) == 1, "the record")
    assert not (tmp_path / "there" / "dead").exists()


_drawn: list[Any] = []


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(otlp_strategies.requests[Signal.LOGS])
def collect(request: Any) -> None:
    _drawn.append(request)


def test_whatever_is_sent_is_a_record(engine: Engine, tmp_path: Path) -> None:
    """No log record that OTLP allows stops the exporter or is lost."""
    collect()
    journal = Journal(engine)
    with serving() as server, exporting(engine, journal, tmp_path, there=forward(server)) as exporters:
        journal.put(Signal.LOGS, *_drawn)
        wait_for(lambda: exporters.told()[0].position == journal.committed(Signal.LOGS), "all is taken")
    sent = sum(len(scope.log_records) for request in _drawn for group in request.resource_logs for scope in group.scope_logs)
    assert len(server.records) == sent
