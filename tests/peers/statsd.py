"""The real StatsD, asked by its administration interface."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.peers.installed import folder
from tests.peers.processes import listens, started

from assay.core.addresses import free_port


@dataclass(frozen=True)
class Statsd:
    """Where it takes datagrams, and where it answers."""

    port: int
    administration: int

    def ask(self, kind: str) -> dict[str, float]:
        """Return what it has of `counters` or `gauges` since its last flush."""
        with socket.create_connection(("127.0.0.1", self.administration), 5) as connection:
            connection.sendall(f"{kind}\n".encode())
            said = b""
            while b"END\n" not in said:
                said += connection.recv(65536)
        text = said.decode().partition("END")[0]
        # It writes an object of JavaScript, whose keys may be without quotes.
        found = {}
        for line in text.strip().strip("{}").splitlines():
            if ":" in line:
                name, value = line.strip().rstrip(",").rsplit(":", 1)
                found[name.strip().strip("'\"")] = float(value)
        return found


@contextmanager
def statsd(work: Path) -> Iterator[Statsd]:
    """Run one that keeps what it gets for the time of a test."""
    taking, administration = free_port(), free_port()
    settings = {
        "port": taking, "address": "127.0.0.1", "mgmt_port": administration, "mgmt_address": "127.0.0.1",
        "flushInterval": 3_600_000, "backends": ["./backends/console"],
    }  # fmt: skip
    (work / "statsd.js").write_text(json.dumps(settings))
    command: list[str | Path] = ["node", folder("statsd") / "node_modules/statsd/stats.js", work / "statsd.js"]
    with started(command, ready=lambda: listens(administration), log=work / "statsd.log"):
        yield Statsd(taking, administration)
