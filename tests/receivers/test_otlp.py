"""What a receiver knows of the three signals' messages."""

from __future__ import annotations

import pytest

from assay.core.signals import Signal
from assay.receivers.otlp import KINDS, answer


@pytest.mark.parametrize("signal", list(Signal))
def test_full_success_leaves_partial_success_unset(signal: Signal) -> None:
    """An answer without a warning is the empty message, as the specification demands."""
    assert answer(KINDS[signal], "").SerializeToString() == b""
    assert not answer(KINDS[signal], "").HasField("partial_success")


@pytest.mark.parametrize("signal", list(Signal))
def test_a_warning_rejects_nothing(signal: Signal) -> None:
    """A warning is an error_message with no rejected items."""
    partial = answer(KINDS[signal], "careful").partial_success
    assert [(field.name, value) for field, value in partial.ListFields()] == [("error_message", "careful")]
