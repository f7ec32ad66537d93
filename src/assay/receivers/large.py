"""Large requests are inspected in a process of their own.

A few bytes of protobuf or JSON can stand for a hundred times their size in memory, and a parse of 64 MiB would keep every other
sender waiting. So a child process, with a limit on its memory, reads what is large; it starts with the first such request,
takes one at a time and, if it dies over one, that request is refused and the next gets a new child.

Over its pipes go, for each request, a head, pickled what is asked, and the body; and back a length and a pickled answer.
"""

from __future__ import annotations

import asyncio
import pickle
import struct
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import IO

from assay.core.errors import AssayError, InvalidInput, Retryable
from assay.core.signals import Signal
from assay.receivers.inspection import Format, Inspected

MEMORY_BYTES = 512 << 20
"""What decoding one request may take."""

_END_SECONDS = 1.0

HEAD = struct.Struct("<QQ")
LENGTH = struct.Struct("<Q")
READY = b"\x06"
OUT_OF_MEMORY = 3
"""Exit code of a child that ran out of memory."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the child found; a request that is the body as it came is left out, since the parent has it."""

    inspected: Inspected
    converted: bool


class LargeRequests:
    """A child process for large requests; `close` ends it for good."""

    def __init__(self, memory_bytes: int = MEMORY_BYTES) -> None:
        self._memory_bytes = memory_bytes
        self._turns = ThreadPoolExecutor(1, "large-requests")
        self._child: subprocess.Popen[bytes] | None = None
        self._closed = False

    async def inspect(self, signal: Signal, body: bytes, form: Format) -> Inspected:
        """Do what `form.read` does, elsewhere.

        Raises:
            InvalidInput: the body is no request of this signal, or it takes too much memory to find out.
            Retryable: the child cannot be had now.
        """
        if self._closed:
            raise _unavailable()
        found = await asyncio.get_running_loop().run_in_executor(self._turns, self._ask, signal, body, form)
        if isinstance(found, AssayError):
            raise found
        return found.inspected if found.converted else replace(found.inspected, request=body)

    def _ask(self, signal: Signal, body: bytes, form: Format) -> Found | AssayError:
        for _ in range(2):  # a child may be killed by somebody; if it dies twice, it is over this request
            child = self._child = self._child or self._start()
            if self._closed:
                return _unavailable()
            try:
                return _exchange(child, signal, body, form)
            except (OSError, EOFError):
                self._child = None
                if _end(child) == OUT_OF_MEMORY:
                    break
        return _unavailable() if self._closed else _too_costly(self._memory_bytes)

    def _start(self) -> subprocess.Popen[bytes]:
        child = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-m", "assay.receivers.large_child", str(self._memory_bytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert child.stdout is not None
        if child.stdout.read(1) != READY:
            _end(child)
            raise _unavailable()
        return child

    def close(self) -> None:
        """End the child process; a request it was busy with gets the retryable answer."""
        if not self._closed:
            self._closed = True
            if self._child is not None:
                self._child.kill()
            self._turns.submit(self._bury)
            self._turns.shutdown()

    def _bury(self) -> None:
        if self._child is not None:
            _end(self._child)
            self._child = None


def _exchange(child: subprocess.Popen[bytes], signal: Signal, body: bytes, form: Format) -> Found | AssayError:
    assert child.stdin is not None and child.stdout is not None
    asked = pickle.dumps((signal, form.read))
    child.stdin.write(HEAD.pack(len(asked), len(body)))
    child.stdin.write(asked)
    child.stdin.write(body)
    child.stdin.flush()
    (length,) = LENGTH.unpack(_read(child.stdout, LENGTH.size))
    answer: Found | AssayError = pickle.loads(_read(child.stdout, length))  # noqa: S301 - our own child wrote it
    return answer


def _read(stream: IO[bytes], length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return data


def _end(child: subprocess.Popen[bytes]) -> int:
    """Give the exit code of a child that is ending by itself, or must."""
    with suppress(BrokenPipeError), child:
        with suppress(subprocess.TimeoutExpired):
            return child.wait(_END_SECONDS)
        child.kill()
    return child.wait()


def _too_costly(memory_bytes: int) -> InvalidInput:
    message = f"decoding the request takes more than {memory_bytes >> 20} MiB of memory"
    return InvalidInput("too_costly", message, "send smaller batches")


def _unavailable() -> Retryable:
    return Retryable("inspector_unavailable", "large requests cannot be decoded now", "send again later, or smaller batches")
