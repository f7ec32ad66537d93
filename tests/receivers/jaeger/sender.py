"""A process with Jaeger's own client: `python sender.py COMPACT BINARY HTTP` sends a span over each of these ports."""

from __future__ import annotations

import socket
import sys
import urllib.request
from importlib import import_module
from typing import Any

from tests.e2e.running import wait_for
from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.Thrift import TMessageType
from thrift.transport.TTransport import TMemoryBuffer

# Half of it has types, so that none of it can be used with them.
client: Any = import_module("jaeger_client")
thrift: Any = import_module("jaeger_client.thrift")
agent: Any = import_module("jaeger_client.thrift_gen.agent.Agent")


def main(compact: int, binary: int, http: int) -> None:
    reporting = {"reporting_host": "127.0.0.1", "reporting_port": compact}
    config = client.Config({"sampler": {"type": "const", "param": 1}, "local_agent": reporting}, service_name="shop")
    tracer = config.initialize_tracer()
    with tracer.start_active_span("get /orders") as parent:
        parent.span.set_tag("span.kind", "server").set_tag("rows", 7).log_kv({"event": "miss", "key": "o-1"})
        with tracer.start_active_span("get /ledger") as child:
            child.span.set_tag("error", True)
    closed = tracer.close()
    wait_for(closed.done, "the tracer is closed", 10)

    process = thrift.make_process("shop", {"team": "a"}, 1000)
    batch = thrift.make_jaeger_batch([parent.span], process)
    datagram = TMemoryBuffer()
    protocol = TBinaryProtocol(datagram)
    protocol.writeMessageBegin("emitBatch", TMessageType.ONEWAY, 1)
    agent.emitBatch_args(batch).write(protocol)
    protocol.writeMessageEnd()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
        sending.sendto(datagram.getvalue(), ("127.0.0.1", binary))
    body = TMemoryBuffer()
    batch.write(TBinaryProtocol(body))
    request = urllib.request.Request(
        f"http://127.0.0.1:{http}/api/traces?format=jaeger.thrift",
        body.getvalue(),
        {"Content-Type": "application/vnd.apache.thrift.binary"},
    )
    with urllib.request.urlopen(request) as response:
        assert response.status == 202


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
