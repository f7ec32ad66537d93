"""The child process of `large`: `python -m assay.receivers.large_child BYTES` answers on its standard streams."""

from __future__ import annotations

import gc
import os
import pickle
import resource
import signal as signals
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from assay.core.errors import AssayError
from assay.core.signals import Signal
from assay.receivers.inspection import Inspected
from assay.receivers.large import HEAD, LENGTH, OUT_OF_MEMORY, READY, Found


def serve(stdin: BinaryIO, stdout: BinaryIO, memory_bytes: int) -> None:
    """Be the child: answer requests until the parent closes its end."""
    signals.signal(signals.SIGINT, signals.SIG_IGN)  # the terminal's signals are for the parent
    gc.disable()  # documents have no cycles, and looking for some takes longer than all the rest
    with suppress(OSError, ValueError):  # where there is no such limit, the process is protection enough
        taken = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + memory_bytes, resource.RLIM_INFINITY))
    stdout.write(READY)
    stdout.flush()
    while head := stdin.read(HEAD.size):
        asked, length = HEAD.unpack(head)
        signal, read = pickle.loads(stdin.read(asked))  # noqa: S301 - our own parent wrote it
        answer = pickle.dumps(_inspect(signal, stdin.read(length), read))
        stdout.write(LENGTH.pack(len(answer)))
        stdout.write(answer)
        stdout.flush()


def _inspect(signal: Signal, body: bytes, read: Callable[[Signal, bytes], Inspected]) -> Found | AssayError:
    try:
        found = read(signal, body)
        converted = found.request is not body
        return Found(found if converted else replace(found, request=b""), converted)
    except AssayError as error:
        return error.with_traceback(None)
    except (MemoryError, SystemError):  # the second is how orjson runs out of memory
        os._exit(OUT_OF_MEMORY)  # nothing more can be done here, not even to say so


if __name__ == "__main__":
    serve(os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb"), int(sys.argv[1]))
