from __future__ import annotations

import socket

import pytest

from assay.core.addresses import free_port, is_free
from assay.core.errors import Misconfigured


def test_a_free_port_can_be_listened_on() -> None:
    """The port that is chosen is free, for each kind of loopback address."""
    for host, family in (("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6), ("localhost", socket.AF_INET)):
        socket.create_server((host, free_port(host)), family=family).close()


def test_no_port_is_chosen_twice() -> None:
    """Ports for several listeners differ, although none of them listens yet."""
    assert len({free_port() for _ in range(200)}) == 200


def test_a_port_in_use_is_not_free() -> None:
    """Where somebody listens nobody else can."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert not is_free("127.0.0.1", taken.getsockname()[1])


def test_an_address_of_another_machine_has_no_port() -> None:
    """An address that this machine does not have is an error that names it."""
    with pytest.raises(Misconfigured, match=r"192\.0\.2\.1"):
        free_port("192.0.2.1")
