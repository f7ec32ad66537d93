"""A real Prometheus, that scrapes one target and takes remote write."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml
from tests.peers.installed import folder
from tests.peers.processes import started

from assay.core.addresses import free_port

_PROGRAMS = {"prometheus": "usr/bin/prometheus", "prometheus3": "bin/prometheus"}


@dataclass(frozen=True)
class Prometheus:
    """Where it answers."""

    url: str

    def ask(self, query: str) -> list[dict[str, Any]]:
        """Return the series that a query gives now."""
        answer = httpx.get(f"{self.url}/api/v1/query", params={"query": query})
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()["data"]["result"]
        return found

    def values(self, query: str) -> list[float]:
        return [float(series["value"][1]) for series in self.ask(query)]

    def exemplars(self, query: str) -> list[dict[str, Any]]:
        answer = httpx.get(f"{self.url}/api/v1/query_exemplars", params={"query": query, "start": "0", "end": "4000000000"})
        answer.raise_for_status()
        return [exemplar for series in answer.json()["data"] for exemplar in series["exemplars"]]


@contextmanager
def prometheus(work: Path, target: str, write_to: str = "", *, peer: str = "prometheus", **more: Any) -> Iterator[Prometheus]:
    """Run one with its data in `work` that scrapes `target`, such as 127.0.0.1:9464, every second, and writes to a URL.

    `peer` is `prometheus`, or `prometheus3`, which writes by version 2.0; `more` has further keys of its configuration.
    """
    port = free_port()
    job = {"job_name": "assay", "honor_labels": True, "static_configs": [{"targets": [target]}]}
    config: dict[str, Any] = {"global": {"scrape_interval": "1s"}, "scrape_configs": [job], **more}
    if write_to:
        version = {"protobuf_message": "io.prometheus.write.v2.Request"} if peer == "prometheus3" else {}
        config["remote_write"] = [{"url": write_to, "send_exemplars": True, "send_native_histograms": True, **version}]
    (work / "prometheus.yml").write_text(yaml.safe_dump(config))
    command: list[str | Path] = [
        folder(peer) / _PROGRAMS[peer],
        f"--config.file={work / 'prometheus.yml'}",
        f"--storage.tsdb.path={work / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--web.enable-remote-write-receiver",
        "--enable-feature=exemplar-storage,native-histograms",
    ]
    url = f"http://127.0.0.1:{port}"
    with started(command, ready=lambda: _is_ready(url), log=work / "prometheus.log"):
        yield Prometheus(url)


def check_page(text: str) -> str:
    """Return what `promtool check metrics` has to say of a page in the classic format; nothing is best."""
    return promtool("check", "metrics", text=text)[1]


def promtool(*arguments: str | Path, text: str = "") -> tuple[int, str]:
    """Run it and return its exit code and what it prints."""
    command: list[str | Path] = [folder("prometheus") / "usr/bin/promtool", *arguments]
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/-/ready").is_success
    except httpx.HTTPError:
        return False
