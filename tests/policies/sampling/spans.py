"""Spans in the hot window, made by the engine, and what should have become of them."""

from __future__ import annotations

from typing import Any

from assay.core.ports import Engine

BEGAN = 1_800_000_000
_COPIED = "TraceId, SpanId, SpanName, StatusCode, Duration, Batch, ReceivedAt, SpanAttributes"


def put(
    engine: Engine,
    batch: int,
    received: float,
    traces: int,
    *,
    first: int = 0,
    spans: int = 4,
    root: bool = True,
    error_every: int = 0,
    columns: dict[str, str] | None = None,
) -> None:
    """Store a batch with `spans` spans each of `traces` traces, from number `first` on, received after so many seconds.

    `columns` replaces the expressions of columns; in them `trace` is the number of the trace.
    """
    error = f"trace % {error_every} = 0" if error_every else "0"
    values = {
        "TraceId": "lower(hex(sipHash128(trace)))",
        "SpanId": f"lower(hex(sipHash64(number, {batch})))",
        "ParentSpanId": f"if({int(root)} AND number % {spans} = 0, '', 'aa')",
        "ServiceName": "'shop'",
        "SpanName": "concat('operation-', toString(number % 7))",
        "StatusCode": f"if({error}, 'Error', 'Unset')",
        "Timestamp": f"fromUnixTimestamp64Micro({round((BEGAN + received) * 1e6)} - 1000000)",
        "PartitionDate": f"toDate(fromUnixTimestamp({BEGAN}))",
        "Duration": "1000000 + number",
        "SpanAttributes": "map('number', toString(number))",
        "Batch": str(batch),
        "ReceivedAt": f"fromUnixTimestamp64Micro({round((BEGAN + received) * 1e6)})",
        **(columns or {}),
    }
    engine.execute(
        f"INSERT INTO otel_traces_recent ({', '.join(values)}) WITH toUInt64({first} + intDiv(number, {spans})) AS trace "
        f"SELECT {', '.join(values.values())} FROM numbers({traces * spans})"
    )


def value(engine: Engine, sql: str) -> Any:
    """Return the one value that a statement gives."""
    return engine.query(sql).rows[0][0]


def faults(engine: Engine) -> dict[str, int]:
    """Count what is wrong, after all traces are decided and while nothing has left the hot window: nothing should be."""
    decided = "SELECT TraceId FROM assay_sampling_decisions"
    kept = f"{decided} WHERE Kept"
    return {
        "traces without a decision": value(
            engine,
            f"SELECT uniqExact(TraceId) FROM otel_traces_recent WHERE TraceId NOT IN ({decided})",
        ),
        "traces with two decisions": value(engine, f"SELECT count() FROM ({decided} GROUP BY TraceId HAVING count() > 1)"),
        "kept spans that are missing": value(
            engine,
            f"SELECT count() FROM (SELECT {_COPIED} FROM otel_traces_recent WHERE TraceId IN ({kept}) "
            f"EXCEPT SELECT {_COPIED} FROM otel_traces)",
        ),
        "spans that should not be there": value(
            engine,
            f"SELECT count() FROM (SELECT {_COPIED} FROM otel_traces "
            f"EXCEPT SELECT {_COPIED} FROM otel_traces_recent WHERE TraceId IN ({kept}))",
        ),
        "spans that are there twice": value(
            engine, "SELECT count() FROM (SELECT TraceId, SpanId FROM otel_traces GROUP BY TraceId, SpanId HAVING count() > 1)"
        ),
        "kept traces that are not found by their id": value(
            engine,
            f"SELECT count() FROM ({kept}) WHERE TraceId NOT IN (SELECT TraceId FROM otel_traces_trace_id_ts)",
        ),
    }


def no_faults(engine: Engine) -> bool:
    """Say whether everything is as it should be; print what is not."""
    found = {name: count for name, count in faults(engine).items() if count}
    print(found)
    return not found
