"""OTLP over gRPC."""

from __future__ import annotations

from assay.core.config import Otlp
from assay.core.ports import Accept
from assay.receivers.budget import Budget
from assay.receivers.door import Door
from assay.receivers.grpc_server import Call, GrpcServer
from assay.receivers.inspection import OTLP
from assay.receivers.otlp import KINDS, Kind, answer


class OtlpGrpc(GrpcServer):
    """Receive OTLP over gRPC and hand every request to `accept`.

    `budget` bounds the memory of requests on their way through; give the same one to all receivers of a process.
    """

    def __init__(self, config: Otlp, accept: Accept, budget: Budget | None = None) -> None:
        super().__init__(
            {kind.grpc_method: _call(kind) for kind in KINDS.values()},
            Door(accept, "otlp/grpc"),
            name="OTLP/gRPC",
            address=(config.grpc.host, config.grpc.port),
            key="receivers.otlp.grpc.port",
            budget=budget or Budget.for_requests(config.max_request_bytes),
            max_request_bytes=config.max_request_bytes,
        )


def _call(kind: Kind) -> Call:
    return Call(kind.signal, OTLP, lambda warning: answer(kind, warning).SerializeToString() if warning else b"")
