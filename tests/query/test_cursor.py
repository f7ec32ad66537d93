from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import InvalidInput
from assay.query.cursor import Cursor

_int64 = st.integers(-(2**63), 2**63 - 1)


@given(_int64, _int64, st.text(max_size=40), st.integers(0, 2**63 - 1))
def test_a_cursor_is_read_back(start: int, time: int, key: str, seen: int) -> None:
    """What a cursor holds survives being text, which needs no quoting in a URL."""
    cursor = Cursor(start, time, key, seen)
    text = cursor.encode()
    assert Cursor.decode(text) == cursor
    assert text.replace("-", "").replace("_", "").isalnum()


@given(st.text(max_size=40) | st.integers().map(str))
@pytest.mark.parametrize("known", ["", "W10", "WzEsMiwzLDRd", "WzEsMiwiYSIsLTFd", "W1tbW1tbW1tb", "WzFlNDAsMiwiYSIsMV0"])
def test_anything_else_is_refused(known: str, text: str) -> None:
    """Text that is no cursor is wrong input, never another error."""
    with pytest.raises(InvalidInput):
        Cursor.decode(known)
    with contextlib.suppress(InvalidInput):
        Cursor.decode(text)
