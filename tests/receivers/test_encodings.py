"""Decompression that never takes more memory than it was granted."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import InvalidInput, Retryable, TooLarge, UnsupportedMediaType
from assay.receivers.budget import Budget
from assay.receivers.encodings import gather, open_decoder

COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "zstd": zstandard.compress,
    "identity": bytes,
    "": bytes,
}


async def read(content: bytes, encoding: str, step: int = 1 << 20, limit: int = 1 << 20, budget: int = 1 << 30) -> bytes:
    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(content), step):
            yield content[start : start + step]

    with Budget(budget).lease() as lease:
        return await gather(chunks(), open_decoder(encoding), limit, lease)


@pytest.mark.parametrize("encoding", COMPRESS)
@given(content=st.binary(max_size=3000), repeat=st.integers(1, 300), step=st.integers(1, 5000), members=st.integers(1, 3))
def test_any_content_in_any_pieces_comes_out_whole(encoding: str, content: bytes, repeat: int, step: int, members: int) -> None:
    """However it was cut on the network and in however many members it was compressed, the bytes are the same."""
    whole = content * repeat
    compressed = COMPRESS[encoding](whole) * members
    assert asyncio.run(read(compressed, encoding, max(step, len(compressed) // 50), 1 << 24)) == whole * members


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd"])
@given(data=st.data())
def test_what_is_cut_off_is_invalid(encoding: str, data: st.DataObject) -> None:
    """A stream that does not reach its end is refused, wherever it was cut; none at all is an empty one."""
    compressed = COMPRESS[encoding](b"telemetry" * 40)
    cut = data.draw(st.integers(1, len(compressed) - 1))
    with pytest.raises(InvalidInput):
        asyncio.run(read(compressed[:cut], encoding))
    assert asyncio.run(read(b"", encoding)) == b""


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd"])
@given(garbage=st.binary(min_size=1, max_size=300))
def test_garbage_is_invalid(encoding: str, garbage: bytes) -> None:
    """Bytes that are no such stream raise nothing but InvalidInput."""
    try:
        asyncio.run(read(garbage, encoding))
    except InvalidInput as error:
        assert error.code == "bad_compression"


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd"])
async def test_a_bomb_takes_little_memory(encoding: str) -> None:
    """A gigabyte of zeros in a few kilobytes is refused at the limit, with little more than the limit in memory."""
    bomb = COMPRESS[encoding](bytes(1 << 28)) * 4
    tracemalloc.start()
    with pytest.raises(TooLarge):
        await read(bomb, encoding, limit=1 << 20)
    assert tracemalloc.get_traced_memory()[1] < 20 << 20
    tracemalloc.stop()


@pytest.mark.parametrize("encoding", ["gzip", "zstd", "identity"])
async def test_the_budget_bounds_what_is_decompressed(encoding: str) -> None:
    """Decompressed bytes count, and over the budget the request is refused as retryable."""
    with pytest.raises(Retryable):
        await read(COMPRESS[encoding](bytes(5000)), encoding, budget=4999)


async def test_a_zstd_window_that_needs_much_memory_is_refused() -> None:
    """A stream may not make the decoder itself allocate what the budget does not know of."""
    parameters = zstandard.ZstdCompressionParameters(window_log=27)
    compressor = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    with pytest.raises(InvalidInput):
        await read(compressor.compress(bytes(1 << 20)) + compressor.flush(), "zstd", limit=1 << 28)


def test_unknown_encodings_are_unsupported() -> None:
    """An encoding that we do not read is told apart from a broken body; names are not case-sensitive."""
    for encoding in ("br", "gzip, gzip", "snappy"):
        with pytest.raises(UnsupportedMediaType, match="gzip"):
            open_decoder(encoding)
    open_decoder(" GZIP ")
