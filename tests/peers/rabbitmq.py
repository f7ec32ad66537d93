"""A real RabbitMQ, without the service that its package would install."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.peers.installed import folder
from tests.peers.processes import listens, started

from assay.core.addresses import free_port


@contextmanager
def rabbitmq(work: Path) -> Iterator[int]:
    """Run a broker with its data in `work`, and give its port; guest/guest may do everything."""
    root, port, names = folder("rabbitmq"), free_port(), free_port()
    (server,) = root.glob("usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server")
    erlang = root / "usr/lib/erlang"
    programs = work / "bin"
    programs.mkdir()
    (programs / "erl").write_text((erlang / "bin/erl").read_text().replace("/usr/lib/erlang", str(erlang)))
    (programs / "erl").chmod(0o755)
    (work / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{port}\n")
    environment = {
        "HOME": str(work),  # where the nodes' cookie is
        "PATH": f"{programs}:{erlang}/bin:{os.environ['PATH']}",
        "LD_LIBRARY_PATH": str(next(root.glob("usr/lib/*-linux-gnu"))),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_EPMD_PORT": str(names),
        "RABBITMQ_NODENAME": "peer@localhost",
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_CONFIG_FILE": str(work / "rabbitmq"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(work / "plugins"),
        "RABBITMQ_MNESIA_BASE": str(work / "data"),
        "RABBITMQ_LOG_BASE": str(work / "log"),
        "RABBITMQ_PID_FILE": str(work / "pid"),
    }
    # The broker would leave a daemon of names behind, unless it finds one.
    daemon: list[str | Path] = [erlang / "bin/epmd", "-address", "127.0.0.1", "-port", str(names)]
    with (
        started(daemon, ready=lambda: listens(names), log=work / "names.log"),
        started([server], ready=lambda: listens(port), log=work / "broker.log", environment=environment),
    ):
        yield port
