"""Addresses to listen on."""

from __future__ import annotations

import random
import socket

from assay.core.errors import Misconfigured

# Below the ports that systems give to outgoing connections: one of those may be taken again before somebody listens on it.
_PORTS = range(20_000, 30_000)
_ATTEMPTS = 100
_given: set[int] = set()


def free_port(host: str = "127.0.0.1") -> int:
    """Choose a port of `host` that nobody listens on, and none twice, for a listener that starts a moment later.

    Raises:
        Misconfigured: there is none, most likely because this machine has no such address.
    """
    for port in random.sample(_PORTS, _ATTEMPTS):
        if port not in _given and is_free(host, port):
            _given.add(port)
            return port
    raise Misconfigured("no_free_port", f"Cannot listen on any port of {host}", "check that the address is one of this machine")


def is_free(host: str, port: int) -> bool:
    """Say whether one can listen on `port` of `host`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError:
        return False
    return True
