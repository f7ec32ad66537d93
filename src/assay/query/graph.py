"""The service graph: who calls whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assay.core.ports import Engine
from assay.core.statement import load
from assay.query.service_metrics import PERCENTILES, name_percentiles, parse_percentile
from assay.query.times import MINUTE, TimeRange, format_time

_MAX_EDGES = 5_000
_MAX_NODES = 10_000
_MAX_ENVIRONMENTS = 1_000


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
class AskedNode:
    """A node and what was asked of it, whoever asked: the server and consumer spans of a service, the calls to anything else.

    Without any there is neither a mean nor a percentile.
    """

    name: str
    kind: str
    calls: int
    errors: int
    mean_ns: float | None
    percentiles_ns: dict[str, float]


@dataclass(frozen=True, slots=True)
class ServiceGraph:
    """Edges, the most frequent first, at most 5000, and the nodes that they connect by name.

    All counts are of the time from `start` up to but not including `end`. `environments` are those in which there were calls.
    """

    start: str
    end: str
    environments: list[str]
    nodes: list[AskedNode]
    edges: list[Edge]


def read_graph(
    engine: Engine, within: TimeRange, service: str = "", environment: str = "", percentiles: Sequence[str] = PERCENTILES
) -> ServiceGraph:
    """Return who called whom in the time range, widened to whole minutes; only the calls of and to `service` if it is given.

    Raises:
        InvalidInput: a percentile is none.
    """
    bounds = {"start": within.start_ns, "end": within.end_ns}
    quantiles = {"quantiles": [parse_percentile(name) for name in percentiles], "environment": environment}
    edges = _read_edges(engine, {**bounds, **quantiles, "service": service, "limit": _MAX_EDGES}, percentiles)
    asked = engine.query(
        load("assay.query.questions", "read_graph_nodes"), {**bounds, **quantiles, "limit": _MAX_NODES}
    ).dicts()
    known = {(row["name"], row["kind"]): row for row in asked}
    nodes = {node for edge in edges for node in (edge.caller, edge.callee)}
    environments = engine.query(
        load("assay.query.questions", "list_graph_environments"), {**bounds, "limit": _MAX_ENVIRONMENTS}
    ).rows
    return ServiceGraph(
        start=format_time(within.start_ns // MINUTE * MINUTE),
        end=format_time(-(-within.end_ns // MINUTE) * MINUTE),
        environments=[row[0] for row in environments],
        nodes=[
            _asked(node, known.get((node.name, node.kind)), percentiles)
            for node in sorted(nodes, key=lambda node: (node.name, node.kind))
        ],
        edges=edges,
    )


def _read_edges(engine: Engine, parameters: dict[str, Any], percentiles: Sequence[str]) -> list[Edge]:
    return [
        Edge(
            caller=Node(row["caller"], row["caller_kind"]),
            callee=Node(row["callee"], row["callee_kind"]),
            calls=row["calls"],
            errors=row["errors"],
            mean_ns=row["duration_sum_ns"] / row["calls"],
            percentiles_ns=name_percentiles(percentiles, row["percentiles"]),
        )
        for row in engine.query(load("assay.query.questions", "read_service_graph"), parameters).dicts()
    ]


def _asked(node: Node, row: Mapping[str, Any] | None, percentiles: Sequence[str]) -> AskedNode:
    if row is None:
        return AskedNode(node.name, node.kind, 0, 0, None, {})
    return AskedNode(
        node.name,
        node.kind,
        row["calls"],
        row["errors"],
        row["duration_sum_ns"] / row["calls"],
        name_percentiles(percentiles, row["percentiles"]),
    )
