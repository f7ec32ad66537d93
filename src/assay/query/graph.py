"""The service graph: who calls whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assay.core.ports import Engine
from assay.core.statement import load
from assay.query.service_metrics import PERCENTILES, name_percentiles, parse_percentile
from assay.query.times import TimeRange

_MAX_EDGES = 5_000


@dataclass(frozen=True, slots=True)
class Node:
    """What calls or is called: a service, or a database, a queue or something external that sends no spans itself."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Edge:
    """The calls of one node to another; percentiles are by name."""

    caller: Node
    callee: Node
    calls: int
    errors: int
    mean_ns: float
    percentiles_ns: dict[str, float]


@dataclass(frozen=True, slots=True)
class ServiceGraph:
    """Edges, the most frequent first, at most 5000, and the nodes that they connect by name."""

    nodes: list[Node]
    edges: list[Edge]


def read_graph(
    engine: Engine, within: TimeRange, service: str = "", environment: str = "", percentiles: Sequence[str] = PERCENTILES
) -> ServiceGraph:
    """Return who called whom in the time range, widened to whole minutes; only the calls of and to `service` if it is given.

    Raises:
        InvalidInput: a percentile is none.
    """
    rows = engine.query(
        load("assay.query.questions", "read_service_graph"),
        {
            "start": within.start_ns,
            "end": within.end_ns,
            "service": service,
            "environment": environment,
            "quantiles": [parse_percentile(name) for name in percentiles],
            "limit": _MAX_EDGES,
        },
    ).dicts()
    edges = [
        Edge(
            caller=Node(row["caller"], row["caller_kind"]),
            callee=Node(row["callee"], row["callee_kind"]),
            calls=row["calls"],
            errors=row["errors"],
            mean_ns=row["duration_sum_ns"] / row["calls"],
            percentiles_ns=name_percentiles(percentiles, row["percentiles"]),
        )
        for row in rows
    ]
    nodes = {node for edge in edges for node in (edge.caller, edge.callee)}
    return ServiceGraph(sorted(nodes, key=lambda node: (node.name, node.kind)), edges)
