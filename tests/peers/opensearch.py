"""A real OpenSearch: one node, with nothing but what its core has."""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from tests.peers.installed import folder
from tests.peers.processes import started

from assay.core.addresses import free_port

_NOBODY = 65534


@contextmanager
def opensearch(work: Path) -> Iterator[str]:
    """Run one, with its log in `work`, and give its URL."""
    port = free_port()
    # It does not run as root; and another user cannot look into `work`.
    place = Path(tempfile.mkdtemp(prefix="opensearch-"))
    (archive,) = folder("opensearch").glob("lib/opensearch-*.zip")
    try:
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(place)
        (root,) = place.glob("opensearch-*")
        (root / "bin/opensearch").chmod(0o755)
        settings = {"discovery.type": "single-node", "http.port": port, "transport.port": free_port()}
        command = [str(root / "bin/opensearch"), *(f"-E{name}={value}" for name, value in settings.items())]
        if os.geteuid() == 0:
            _give(place)
            command = ["setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups", *command]
        java = Path(shutil.which("java") or "java").resolve().parents[1]
        environment = {"OPENSEARCH_JAVA_HOME": str(java), "OPENSEARCH_JAVA_OPTS": "-Xms384m -Xmx384m", "HOME": str(place)}
        url = f"http://127.0.0.1:{port}"
        log = work / "opensearch.log"
        with started(command, ready=lambda: _is_ready(url), log=log, environment=environment, seconds=180):
            yield url
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _give(place: Path) -> None:
    for path in (place, *place.rglob("*")):
        os.chown(path, _NOBODY, _NOBODY)


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(url).is_success
    except httpx.HTTPError:
        return False
