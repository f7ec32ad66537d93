"""A real Apache Kafka: one node that is broker and controller."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.peers.installed import folder
from tests.peers.processes import listens, started

from assay.core.addresses import free_port

_CLUSTER = "4L6g3nShT-eMCtK--X86sw"  # any UUID


@contextmanager
def kafka(work: Path) -> Iterator[str]:
    """Run a broker with its data in `work`, and give its address; topics are made when they are used."""
    port, controller = free_port(), free_port()
    properties = work / "server.properties"
    settings = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.bootstrap.servers": f"127.0.0.1:{controller}",
        "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}",
        "controller.listener.names": "CONTROLLER",
        "log.dirs": str(work / "data"),
        "num.partitions": "1",
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "1",
        "group.initial.rebalance.delay.ms": "0",
        "auto.create.topics.enable": "true",
    }
    properties.write_text("".join(f"{key}={value}\n" for key, value in settings.items()))
    java = ["java", "-Xmx512m", "-cp", f"{folder('kafka')}/lib/*"]
    format_ = [*java, "kafka.tools.StorageTool", "format", "--standalone", "-t", _CLUSTER, "-c", str(properties)]
    subprocess.run(format_, check=True, capture_output=True, cwd=work, timeout=60)
    with started([*java, "kafka.Kafka", str(properties)], ready=lambda: listens(port), log=work / "broker.log"):
        yield f"127.0.0.1:{port}"
