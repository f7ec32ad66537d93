"""Throw damaged requests at every parser: each is read, as a request that OTLP can hold, or refused as the sender's mistake.

`make fuzz` runs it with 100,000 inputs for each parser, the tests with 5,000. An input that causes anything else is printed.
"""

from __future__ import annotations

import argparse
import json
import resource
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from time import process_time
from typing import Any

import cramjam
from tests.receivers.conftest import trace_request
from tests.receivers.jaeger import samples as jaeger
from tests.receivers.prometheus import pages
from tests.receivers.prometheus import samples as prometheus
from tests.receivers.zipkin import samples as zipkin

from assay.core.config import ScrapeJob
from assay.core.errors import InvalidInput
from assay.core.signals import Signal
from assay.receivers.inspection import OTLP, OTLP_JSON, Format, Inspected, inspect
from assay.receivers.jaeger.batch import BINARY_DATAGRAM, COMPACT_DATAGRAM, PROTOBUF, THRIFT
from assay.receivers.prometheus.remote_write import FIRST, read_first, read_second
from assay.receivers.prometheus.scraper import read_page
from assay.receivers.prometheus.target import Scrape, Target
from assay.receivers.zipkin.v1 import JSON_V1
from assay.receivers.zipkin.v2 import JSON_V2, PROTOBUF_V2

MAX_GROWTH_BYTES = 256 << 20
"""What a run may add to the memory of its process."""

_OTLP_JSON = b"""{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"orders"}}]},
"scopeSpans":[{"spans":[{"traceId":"5982fe77008310cc80f1da5e10147519","spanId":"67fae42571535f60","name":"GET","kind":2,
"startTimeUnixNano":"1791454330000000000","events":[{"name":"e"}],"status":{"code":2},"attributes":[{"key":"n","value":{"arrayValue":
{"values":[{"intValue":"7"},{"doubleValue":0.5},{"boolValue":true},{"bytesValue":"AAE="}]}}}]}]}]}]}"""
_EXTREMES = (
    b"\x00",
    b"\xff",
    b"\x7f\xff\xff\xff",
    b"\x80" * 5,
    b"\xff" * 9 + b"\x01",
    b'"',
    b"[",
    b"{",
    b"9" * 30,
    b"-1",
    b"null",
)


@dataclass(frozen=True, slots=True)
class Parser:
    """What reads bodies of one form, and bodies that it reads."""

    signal: Signal
    form: Format
    seeds: Sequence[bytes]


def _compressed(read: Callable[[Signal, bytes], Inspected]) -> Callable[[Signal, bytes], Inspected]:
    """Damage what is in the block, not the block."""
    return lambda signal, body: read(signal, bytes(cramjam.snappy.compress_raw(body)))


def _page(media_type: str) -> Callable[[Signal, bytes], Inspected]:
    """Read a page as that of a target, and then that it fails, so that all of its series end."""
    job = ScrapeJob(targets=["127.0.0.1:9090"])

    def read(_signal: Signal, body: bytes) -> Inspected:
        target = Target("orders", job, job.targets[0])
        found = target.convert(Scrape(2, 0.1, read_page(media_type, body, 1_000)))
        target.convert(Scrape(3, 0.1, None))
        return found

    return read


PARSERS: Mapping[str, Parser] = {
    "otlp protobuf": Parser(Signal.TRACES, OTLP, [trace_request(3)]),
    "otlp json": Parser(Signal.TRACES, OTLP_JSON, [_OTLP_JSON]),
    "zipkin v2 json": Parser(Signal.TRACES, JSON_V2, zipkin.V2_JSON),
    "zipkin v2 protobuf": Parser(Signal.TRACES, PROTOBUF_V2, zipkin.V2_PROTOBUF),
    "zipkin v1 json": Parser(Signal.TRACES, JSON_V1, zipkin.V1_JSON),
    "jaeger thrift over http": Parser(Signal.TRACES, THRIFT, jaeger.THRIFT_BATCHES),
    "jaeger compact datagram": Parser(Signal.TRACES, COMPACT_DATAGRAM, jaeger.COMPACT_CALLS),
    "jaeger binary datagram": Parser(Signal.TRACES, BINARY_DATAGRAM, jaeger.BINARY_CALLS),
    "jaeger protobuf": Parser(Signal.TRACES, PROTOBUF, jaeger.POSTED),
    "page in text": Parser(Signal.METRICS, Format(_page(pages.CLASSIC), 0), [pages.CLASSIC_PAGE]),
    "page in openmetrics": Parser(
        Signal.METRICS, Format(_page(pages.OPENMETRICS), 0), [pages.OPENMETRICS_PAGE, pages.NATIVE_PAGE]
    ),
    "page in protobuf": Parser(Signal.METRICS, Format(_page(pages.PROTOBUF), 0), [pages.protobuf_page()]),
    "snappy": Parser(Signal.METRICS, FIRST, prometheus.FIRST),
    "remote write 1.0": Parser(Signal.METRICS, Format(_compressed(read_first), 0), prometheus.plain(prometheus.FIRST)),
    "remote write 2.0": Parser(Signal.METRICS, Format(_compressed(read_second), 0), prometheus.plain(prometheus.SECOND)),
}


_VALUES: tuple[Any, ...] = (None, True, 0, -1, 1.5, 2**63, 10**30, "", "0", "zz", "1" * 40, [], {}, [[[]]], [None], {"": None})


def damage(random: Random, seeds: Sequence[bytes]) -> bytes:
    """Return one of the seeds after one to four accidents; one in JSON may get values of other types instead."""
    seed = random.choice(seeds)
    if seed[:1] in (b"[", b"{") and random.random() < 0.5:
        return json.dumps(_exchange(random, json.loads(seed))).encode()
    data = bytearray(seed)
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        start = random.randrange(len(data) + 1)
        end = min(len(data), start + random.choice((1, 2, 4, 8, 64)))
        match random.randrange(7):
            case 0:
                data[start:end] = bytes(byte ^ (1 << random.randrange(8)) for byte in data[start:end])
            case 1:
                del data[start:end]
            case 2:
                del data[start:]
            case 3:
                data[start:start] = data[start:end] * random.choice((1, 3, 200))
            case 4:
                data[start:end] = random.choice(_EXTREMES)
            case 5:
                data[start:end] = random.randbytes(end - start)
            case 6:
                other = random.choice(seeds)
                cut = random.randrange(len(other) + 1)
                data[start:end] = other[cut : cut + random.choice((4, 32, 256))]
    return bytes(data)


def _exchange(random: Random, value: Any) -> Any:
    """Put some value in the place of another one, somewhere."""
    if not value or not isinstance(value, dict | list) or random.random() < 0.1:
        return random.choice(_VALUES)
    place = random.choice(list(value) if isinstance(value, dict) else range(len(value)))
    value[place] = _exchange(random, value[place])
    return value


def fuzz(parser: Parser, inputs: int, seed: int) -> tuple[int, int]:
    """Return how many inputs were read and how many refused; raises whatever else happens, noting the input."""
    random = Random(seed)
    read = refused = 0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(inputs):
        body = random.randbytes(random.randrange(300)) if number % 50 == 0 else damage(random, parser.seeds)
        try:
            found = parser.form.read(parser.signal, body)
            assert inspect(parser.signal, found.request).items == found.items
            read += 1
        except InvalidInput as error:
            assert error.message
            refused += 1
        except BaseException as error:
            error.add_note(f"input {number} of seed {seed}: {body!r}")
            raise
    grown = 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    assert grown < MAX_GROWTH_BYTES, f"memory has grown by {grown >> 20} MiB"
    return read, refused


def main(arguments: Callable[[], argparse.Namespace]) -> None:
    asked = arguments()
    for name, parser in PARSERS.items():
        start = process_time()
        read, refused = fuzz(parser, asked.inputs, asked.seed)
        print(f"{name}: {read:,} read, {refused:,} refused, {process_time() - start:.0f} s of CPU time", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    main(_arguments)
