"""Damaged requests, thousands of them for every parser; `fuzzing` has the damage."""

from __future__ import annotations

import pytest
from tests.receivers.fuzzing import PARSERS, fuzz


@pytest.mark.parametrize("name", PARSERS)
def test_damaged_requests_are_read_or_refused(name: str) -> None:
    """Of 5,000 damaged requests each is read or refused as a mistake of its sender, without much memory; both happen."""
    read, refused = fuzz(PARSERS[name], 5_000, seed=7)
    assert read + refused == 5_000
    assert min(read, refused) > 100


@pytest.mark.parametrize("name", PARSERS)
def test_whole_requests_are_read(name: str) -> None:
    """The requests that are damaged are all read before."""
    for body in PARSERS[name].seeds:
        assert PARSERS[name].form.read(PARSERS[name].signal, body).items > 0
