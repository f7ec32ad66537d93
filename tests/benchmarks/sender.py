"""Send prepared requests over OTLP/gRPC from a process of its own, and say how long each acknowledgement took.

It reads `varint length + request` records from a file, and prints one JSON object: seconds, sent, failed and, in
milliseconds, p50 and p99 of the acknowledgement.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from pathlib import Path

import grpc.aio
import uvloop

METHODS = {
    "traces": "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
    "logs": "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
    "metrics": "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
}


def read_requests(path: Path) -> list[bytes]:
    """Read a file that has the length of each request in 4 bytes, little-endian, before it."""
    data, position, found = path.read_bytes(), 0, []
    while position < len(data):
        size = int.from_bytes(data[position : position + 4], "little")
        found.append(data[position + 4 : position + 4 + size])
        position += 4 + size
    return found


async def send(address: str, signal: str, requests: list[bytes], at_once: int, per_second: float) -> dict[str, float]:
    """Send all requests, `at_once` in flight, not faster than `per_second` of them (0: as fast as they are taken)."""
    latencies: list[float] = []
    failed = 0
    queue = iter(enumerate(requests))
    async with grpc.aio.insecure_channel(address, options=[("grpc.max_send_message_length", -1)]) as channel:
        export: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(METHODS[signal])
        await channel.channel_ready()
        started = time.perf_counter()

        async def work() -> None:
            nonlocal failed
            for index, request in queue:
                if per_second:
                    await asyncio.sleep(max(0.0, started + index / per_second - time.perf_counter()))
                sent = time.perf_counter()
                try:
                    await export(request)
                except grpc.aio.AioRpcError:
                    failed += 1
                latencies.append(time.perf_counter() - sent)

        await asyncio.gather(*(work() for _ in range(at_once)))
        seconds = time.perf_counter() - started
    latencies.sort()
    return {
        "seconds": seconds,
        "sent": len(latencies),
        "failed": failed,
        "p50_ms": 1000 * latencies[len(latencies) // 2],
        "p99_ms": 1000 * latencies[int(len(latencies) * 0.99)],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("signal", choices=METHODS)
    parser.add_argument("file", type=Path)
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--per-second", type=float, default=0)
    parser.add_argument("--repeat", type=int, default=1)
    given = parser.parse_args()
    requests = read_requests(given.file) * given.repeat
    print(json.dumps(uvloop.run(send(given.address, given.signal, requests, given.at_once, given.per_second))))


if __name__ == "__main__":
    main()
