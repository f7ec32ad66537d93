"""A real OpenTelemetry Collector, configured as its users do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from tests.peers.installed import folder
from tests.peers.processes import listens, started


@contextmanager
def collector(
    work: Path, pipelines: Mapping[str, Mapping[str, Sequence[str]]], ports: Sequence[int], **parts: Any
) -> Iterator[None]:
    """Run one with `parts` (receivers, exporters) in `pipelines`, until the block ends; `ports` are what it listens on."""
    config = work / "collector.yaml"
    service = {"pipelines": pipelines, "telemetry": {"metrics": {"level": "none"}}}
    config.write_text(yaml.safe_dump({**parts, "service": service}))
    command: list[str | Path] = [folder("collector") / "bin" / "collector", "--config", config]
    with started(command, ready=lambda: all(map(listens, ports)), log=work / "collector.log"):
        yield
