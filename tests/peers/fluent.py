"""A real server of the forward protocol: the one in the library of Fluentd's project for Node.js."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.peers.installed import folder
from tests.peers.processes import listens, started

from assay.core.addresses import free_port

_SERVER = Path(__file__).parent / "apps" / "fluent_server.js"


@contextmanager
def fluent(work: Path, key: str) -> Iterator[tuple[str, Callable[[], list[dict[str, Any]]]]]:
    """Run one that asks for a shared key; give its address, and how to ask what it has taken."""
    port, log = free_port(), work / "fluent.log"
    command: list[str | Path] = ["node", _SERVER, str(port), key]
    modules = {"NODE_PATH": str(folder("fluent-forward") / "node_modules")}
    with started(command, ready=lambda: listens(port), log=log, environment=modules):
        yield f"tcp://127.0.0.1:{port}", lambda: [json.loads(line) for line in log.read_text().splitlines() if line[:1] == "{"]
