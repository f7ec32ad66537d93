"""A real Zipkin, with its spans in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.peers.installed import folder
from tests.peers.processes import listens, started

from assay.core.addresses import free_port


@contextmanager
def zipkin(work: Path) -> Iterator[str]:
    """Run one and give its URL."""
    port = free_port()
    (program,) = folder("zipkin").glob("lib/zipkin-server-*.jar")
    command: list[str | Path] = ["java", "-Xmx256m", "-jar", program]
    log = work / "zipkin.log"
    with started(command, ready=lambda: listens(port), log=log, environment={"QUERY_PORT": str(port)}, seconds=120):
        yield f"http://127.0.0.1:{port}"
