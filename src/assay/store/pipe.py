"""Bytes of ours as a file that the engine can read."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

_PIPE_BYTES = 1 << 20


@contextmanager
def readable(data: Iterable[bytes], folder: Path) -> Iterator[Path]:
    """Give the path of a named pipe in `folder` that one reader can read `data` from, once.

    The engine's streaming inserts do not report a failure behind the landing table, such as a full disk; a statement that
    reads a file does. Nothing is written to disk, and a reader that never comes or goes away early leaves nothing behind.
    """
    path = folder / f"{uuid4().hex}.pipe"
    os.mkfifo(path, 0o600)
    writer = threading.Thread(target=_write, args=(data, path), name="pipe")
    writer.start()
    try:
        yield path
    finally:
        while writer.is_alive():
            # It waits for a reader that will not come any more: be one for a moment, and it ends.
            os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
            writer.join(0.01)
        path.unlink()


def _write(data: Iterable[bytes], path: Path) -> None:
    # The reader has gone: it tells its own reason.
    with suppress(BrokenPipeError), path.open("wb", buffering=0) as file:
        with suppress(AttributeError, OSError):
            # Where it can be had: fewer changes between the writer and the reader.
            fcntl.fcntl(file, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        for chunk in data:
            rest = memoryview(chunk)
            while rest:
                rest = rest[file.write(rest) :]
