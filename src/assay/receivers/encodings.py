"""Decompression in small pieces, so that no input, however hostile, takes more memory than was granted."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterable, Callable, Iterator
from typing import Protocol

import zstandard

from assay.core.errors import InvalidInput, TooLarge, UnsupportedMediaType
from assay.receivers.budget import Lease

_PIECE_BYTES = 256 << 10
_BREATH_BYTES = 2 << 20
_ZSTD_INPUT_BYTES = 256  # four bytes can stand for 128 KiB, so 256 for 8 MiB
_ZSTD_WINDOW_BYTES = 8 << 20  # what RFC 8878 asks a decoder to support


class Decoder(Protocol):
    """One compressed stream."""

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Yield what `chunk` decompresses to, in pieces; raises InvalidInput if it is no such stream."""

    def finish(self) -> None:
        """Raise InvalidInput if the stream is not complete."""


class _Identity:
    def feed(self, chunk: bytes) -> Iterator[bytes]:
        yield chunk

    def finish(self) -> None:
        pass


class _Zlib:
    """gzip (of any number of members) and zlib; the stream says which it is."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(wbits=47)
        self._untouched = True

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        try:
            yield from self._feed(chunk)
        except zlib.error as error:
            raise _corrupt(str(error)) from error

    def _feed(self, chunk: bytes) -> Iterator[bytes]:
        full = False
        while chunk or full:
            if self._stream.eof:
                self._stream = zlib.decompressobj(wbits=47)
            self._untouched = False
            piece = self._stream.decompress(chunk, _PIECE_BYTES)
            full = len(piece) == _PIECE_BYTES and not self._stream.eof
            chunk = self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail
            if piece:
                yield piece

    def finish(self) -> None:
        if not (self._stream.eof or self._untouched):
            raise _corrupt("it ends too early")


class _Zstd:
    def __init__(self) -> None:
        self._context = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES)
        self._stream = self._context.decompressobj()
        self._untouched = True

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        try:
            for start in range(0, len(chunk), _ZSTD_INPUT_BYTES):
                yield from self._feed(chunk[start : start + _ZSTD_INPUT_BYTES])
        except zstandard.ZstdError as error:
            raise _corrupt(str(error)) from error

    def _feed(self, chunk: bytes) -> Iterator[bytes]:
        while chunk:
            if self._stream.eof:
                self._stream = self._context.decompressobj()
            self._untouched = False
            piece = self._stream.decompress(chunk)
            chunk = self._stream.unused_data if self._stream.eof else b""
            if piece:
                yield piece

    def finish(self) -> None:
        if not (self._stream.eof or self._untouched):
            raise _corrupt("it ends too early")


_DECODERS: dict[str, Callable[[], Decoder]] = {
    "": _Identity,
    "identity": _Identity,
    "gzip": _Zlib,
    "deflate": _Zlib,
    "zlib": _Zlib,
    "zstd": _Zstd,
}
ACCEPTED_ENCODINGS = "gzip, zstd, deflate, identity"


def open_decoder(encoding: str) -> Decoder:
    """Start to decompress a stream of the named `Content-Encoding`; raises UnsupportedMediaType for an unknown one."""
    try:
        return _DECODERS[encoding.strip().lower()]()
    except KeyError:
        raise UnsupportedMediaType(
            "unsupported_encoding", f"Content-Encoding {encoding!r} is not supported", f"use one of {ACCEPTED_ENCODINGS}"
        ) from None


async def gather(chunks: AsyncIterable[bytes], decoder: Decoder, limit_bytes: int, lease: Lease) -> bytes:
    """Read and decompress a whole request, other work going on meanwhile.

    Raises:
        TooLarge: it is over `limit_bytes`, before or after decompression; the rest is not read.
        Retryable: the budget behind `lease` is used up.
        InvalidInput: it is not what `decoder` reads.
    """
    pieces: list[bytes] = []
    arrived = size = breath = 0
    async for chunk in chunks:
        arrived += len(chunk)
        if arrived > limit_bytes:
            raise too_large(limit_bytes)
        for piece in decoder.feed(chunk):
            size += len(piece)
            if size > limit_bytes:
                raise too_large(limit_bytes)
            lease.take(len(piece))
            pieces.append(piece)
            if size - breath > _BREATH_BYTES:
                breath = size
                await asyncio.sleep(0)
    decoder.finish()
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def too_large(limit_bytes: int) -> TooLarge:
    return TooLarge(
        "request_too_large",
        f"the request is larger than {limit_bytes} bytes, before or after decompression",
        "send smaller batches, or raise receivers.otlp.max_request_bytes",
    )


def _corrupt(reason: str) -> InvalidInput:
    return InvalidInput(
        "bad_compression",
        f"the body cannot be decompressed: {reason}",
        "check that Content-Encoding says how it was compressed",
    )
