"""An Assay that sends on to real systems."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import yaml
from google.protobuf.message import Message
from tests.e2e.running import Running, running, wait_for

_QUICK = {"batch": {"wait_seconds": 0.1}}


@contextmanager
def sending_on(work: Path, exporters: Mapping[str, Mapping[str, Any]]) -> Iterator[Running]:
    """Run one with exporters, and go on when all of them know where they begin."""
    config = work / "assay.yaml"
    config.write_text(yaml.safe_dump({"exporters": {name: {**_QUICK, **options} for name, options in exporters.items()}}))
    with running(work / "assay", config_file=config, JOURNAL__SEGMENT_AGE_SECONDS="0.2") as assay:
        signals = len(httpx.get(f"{assay.api}/api/v1/exporters").json()["exporters"])
        wait_for(lambda: _begun(assay.data / "exporters") == signals, "each exporter knows where it begins")
        yield assay


def _begun(states: Path) -> int:
    return sum(len(json.loads(state.read_text())["positions"]) for state in states.glob("*/state.json"))


def send(there: Running | str, **requests: Message) -> None:
    """Send an OTLP request for each signal that is given, to an Assay or to a URL without its path."""
    url = there if isinstance(there, str) else there.http
    for signal, request in requests.items():
        content = request.SerializeToString()
        headers = {"content-type": "application/x-protobuf"}
        httpx.post(f"{url}/v1/{signal}", content=content, headers=headers).raise_for_status()
