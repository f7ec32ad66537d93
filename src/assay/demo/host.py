"""Run one service in its own process: `opentelemetry-instrument python -m assay.demo.host NAME SOCKET_FD SENT_FILE`."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
from importlib import import_module
from pathlib import Path
from typing import Any

import uvicorn
from werkzeug.serving import make_server

from assay.core.processes import watch_parent
from assay.demo.exports import count_exports


def main(name: str, fd: int, sent_file: Path) -> None:
    """Serve on the open socket `fd` until SIGTERM or the end of standard input, then let the SDK send what it still holds."""
    count_exports(sent_file)
    # The SDK flushes at interpreter exit, which the default action of SIGTERM would skip.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    threading.Thread(target=_end_with_the_demo, daemon=True).start()
    logging.basicConfig(level=logging.INFO)
    for chatty in ("httpx", "werkzeug"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    application = import_module(f"assay.demo.{name}").application
    (_serve_asgi if name == "orders" else _serve_wsgi)(application, fd)


def _end_with_the_demo() -> None:
    stopping = threading.Event()
    watch_parent(stopping)
    stopping.wait()
    os.kill(os.getpid(), signal.SIGTERM)


def _serve_asgi(application: Any, fd: int) -> None:
    config = uvicorn.Config(application, log_config=None, access_log=False)
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=fd)])


def _serve_wsgi(application: Any, fd: int) -> None:
    make_server("127.0.0.1", 0, application, threaded=True, fd=fd).serve_forever()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
