"""Datagrams: nobody waits for an answer, so what cannot be taken at once is dropped, and counted."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import Any

from assay.core.errors import Retryable
from assay.core.signals import Signal
from assay.receivers.budget import Budget
from assay.receivers.door import Door
from assay.receivers.http_server import bind
from assay.receivers.inspection import Format

_BUFFER_BYTES = 4 << 20
"""What the kernel keeps of datagrams while we are busy, if it allows for that much."""
_MAX_PENDING = 1024
"""Datagrams that wait for the disk; while it is full, more of them would only be older."""


class Udp:
    """Take each datagram at an address as a request of one signal in one form."""

    def __init__(
        self, name: str, address: tuple[str, int], key: str, door: Door, *, signal: Signal, form: Format, budget: Budget
    ) -> None:
        self.name = name
        self.address = address
        self._key = key
        self._door = door
        self._signal = signal
        self._form = form
        self._budget = budget
        self._transport: asyncio.DatagramTransport | None = None
        self._pending: set[asyncio.Task[None]] = set()

    async def start(self) -> int:
        """Listen and give the port; raises Misconfigured if the address cannot be had."""
        listener = bind(*self.address, self.name, self._key, socket.SOCK_DGRAM)
        with suppress(OSError):
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(self._arrive), sock=listener)
        return int(listener.getsockname()[1])

    async def stop(self, grace_seconds: float) -> None:
        """Stop listening at once; datagrams that wait for the disk get `grace_seconds`."""
        if self._transport is not None:
            self._transport.close()
        if self._pending:
            _, late = await asyncio.wait(self._pending, timeout=grace_seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        self._door.close()

    def _arrive(self, datagram: bytes) -> None:
        if len(self._pending) >= _MAX_PENDING:
            self._door.refuse(self._signal, Retryable("receiver_busy", "too many datagrams wait for the disk"))
            return
        task = asyncio.create_task(self._take(datagram))
        self._pending.add(task)
        task.add_done_callback(self._pending.discard)

    async def _take(self, datagram: bytes) -> None:
        try:
            with self._budget.lease() as lease:
                lease.take(len(datagram))
                await self._door.take(self._signal, datagram, self._form)
        except Exception as error:
            self._door.refuse(self._signal, error)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, arrive: Any) -> None:
        self._arrive = arrive

    def datagram_received(self, data: bytes, _sender: Any) -> None:
        self._arrive(data)
