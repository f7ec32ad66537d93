"""Measure what the receivers cost: requests per second and CPU time, for one-span and for 512-span requests.

Run it with `python -m tests.benchmarks.bench_receivers`. Server and client are separate processes on loopback; the next hop
accepts at once, so this is the cost of the receivers alone. The limit that the ratio is taken of is the bare library doing
the same round trip in the same run: grpc.aio or uvicorn, taking raw bytes and looking at nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

import grpc
import uvloop
from grpc import aio
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from assay.core.config import Otlp
from assay.core.config import OtlpGrpc as GrpcConfig
from assay.core.config import OtlpHttp as HttpConfig
from assay.core.signals import Signal
from assay.receivers import Budget, OtlpGrpc, OtlpHttp
from assay.receivers.http_server import HttpServer, bind

METHOD = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
PORTS = {"grpc": 0, "http": 1, "bare grpc": 2, "bare http": 3}


def build_request(spans: int) -> bytes:
    """Build a request of spans with ten attributes each, about 440 bytes a span."""
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    group.resource.attributes.add(key="service.name").value.string_value = "orders"
    scope = group.scope_spans.add()
    scope.scope.name = "bench"
    for number in range(spans):
        start = 1_764_000_000_000_000_000 + number
        span = scope.spans.add(
            trace_id=os.urandom(16),
            span_id=os.urandom(8),
            parent_span_id=os.urandom(8),
            name=f"GET /orders/{number % 20}",
            kind=2,
            start_time_unix_nano=start,
            end_time_unix_nano=start + 12_345_678,
        )
        for index in range(10):
            value = span.attributes.add(key=f"http.attribute.{index}").value
            if index % 3 == 0:
                value.int_value = number * index
            else:
                value.string_value = f"value-{number}-{index}-xxxxxxxx"
    return bytes(request.SerializeToString())


async def _accept(signal: Signal, request: bytes, items: int, source: str) -> None:
    pass


async def _bare_app(scope: Any, receive: Any, send: Any) -> None:
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


class _BareMethods(grpc.GenericRpcHandler):
    def service(self, details: Any) -> Any:
        async def handle(request: bytes, context: Any) -> bytes:
            return b""

        return grpc.unary_unary_rpc_method_handler(handle)


async def serve() -> None:
    """Serve all four, print their ports, then answer each line of standard input with the CPU seconds used so far."""
    config = Otlp(grpc=GrpcConfig(port=0), http=HttpConfig(port=0))
    budget = Budget.for_requests(config.max_request_bytes)
    ports = [await OtlpGrpc(config, _accept, budget).start(), await OtlpHttp(config, _accept, budget).start()]
    bare = aio.server(options=[("grpc.max_receive_message_length", 64 << 20)])
    bare.add_generic_rpc_handlers((_BareMethods(),))
    ports.append(bare.add_insecure_port("127.0.0.1:0"))
    await bare.start()
    ports.append(await HttpServer(_bare_app).start_at(bind("127.0.0.1", 0, "nothing", "nothing")))
    print(*ports, flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        usage = resource.getrusage(resource.RUSAGE_SELF)
        print(usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024, flush=True)


def send_grpc(port: int, body: bytes, count: int, concurrency: int) -> None:
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        call: Any = channel.unary_unary(METHOD)
        slots = threading.Semaphore(concurrency)
        failures: list[Any] = []

        def done(future: Any) -> None:
            slots.release()
            if future.exception() is not None:
                failures.append(future.exception())

        for _ in range(count):
            slots.acquire()
            call.future(body).add_done_callback(done)
        for _ in range(concurrency):
            slots.acquire()
        assert not failures, failures[0]


def send_http(port: int, body: bytes, count: int, concurrency: int) -> None:
    def run() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        for _ in range(count // concurrency):
            connection.request("POST", "/v1/traces", body, {"Content-Type": "application/x-protobuf"})
            response = connection.getresponse()
            response.read()
            assert response.status == 200
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(concurrency)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@contextmanager
def server() -> Iterator[tuple[list[int], Callable[[], tuple[float, int]]]]:
    """Run `serve` in a process of its own; gives its ports and a function for its CPU seconds and peak MiB."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.bench_receivers", "--serve"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None and process.stdout is not None
    stdin, stdout = process.stdin, process.stdout

    def usage() -> tuple[float, int]:
        stdin.write("\n")
        stdin.flush()
        seconds, peak = stdout.readline().split()
        return float(seconds), int(peak)

    try:
        yield [int(port) for port in stdout.readline().split()], usage
    finally:
        stdin.close()
        process.wait(10)
        stdout.close()


def main() -> None:
    """Print a line per receiver and size, with the ratio to the bare library."""
    cases = [("one span", build_request(1), 4000, 32), ("512 spans", build_request(512), 400, 8)]
    with server() as (ports, usage):
        for title, body, count, concurrency in cases:
            for way, send in (("grpc", send_grpc), ("http", send_http)):
                rates = {}
                for name in (f"bare {way}", way):
                    send(ports[PORTS[name]], body, count // 10, concurrency)
                    cpu, start = usage()[0], perf_counter()
                    send(ports[PORTS[name]], body, count, concurrency)
                    seconds = perf_counter() - start
                    rates[name] = count / seconds
                    cost = (usage()[0] - cpu) / count * 1e6
                    print(f"{title:10} {name:10} {count / seconds:7.0f} requests/s  {cost:6.0f} µs CPU per request", flush=True)
                print(f"{title:10} {way:10} {rates[way] / rates[f'bare {way}']:7.2f} of the bare library")
        print(f"peak memory of the server {usage()[1]} MiB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", action="store_true", help="be the server process")
    if parser.parse_args().serve:
        uvloop.run(serve())
    else:
        main()
