"""Show a gate to an engine before anybody relies on it: its statements, its patterns and the services that it names."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from assay.core.errors import InvalidInput
from assay.core.ports import Engine
from assay.core.refusals import refuse, refuse_together
from assay.quality.gates.criterion import CODE
from assay.quality.gates.document import Gate, Objective
from assay.quality.gates.measuring import is_known, list_services
from assay.quality.gates.sources import SqlStatement

_TIMES = ("start_ns", "end_ns")


def verify(gate: Gate, engine: Engine) -> None:
    """Ask the engine whether it understands every statement and pattern; none of them reads a row.

    Raises:
        InvalidInput: it refuses some; each message begins with the path.
    """
    refuse_together(*(trial for objective in gate.objectives for trial in _trials(objective, engine)))


def verify_services(gate: Gate, engine: Engine) -> None:
    """Ask whether something was ever heard of each service that the gate names.

    Raises:
        InvalidInput: nothing was of some; each message begins with the path of the key.
    """
    refuse_together(*(partial(_ask_for_service, objective, engine) for objective in gate.objectives))


def unknown_service(service: str, at: str, engine: Engine) -> InvalidInput:
    """Make the error for a service that nothing was heard of; `at` is where it is written, if it is."""
    known = list_services(engine)
    near = difflib.get_close_matches(service, known, 1)
    hint = f"did you mean {near[0]}?" if near else f"services that sent spans: {', '.join(known[:10]) or 'none'}"
    heard = f"othing was ever heard of the service {service!r}"
    return refuse("service_unknown", at, f"n{heard}", hint) if at else InvalidInput("service_unknown", f"N{heard}", hint)


def _ask_for_service(objective: Objective, engine: Engine) -> None:
    service = objective.filters.get("service", "")
    if service and not is_known(engine, service):
        raise unknown_service(service, f"{objective.at}.service" if "service" in objective.own else "service", engine)


def _trials(objective: Objective, engine: Engine) -> Iterator[Callable[[], None]]:
    if isinstance(objective.source, SqlStatement):
        yield partial(_try_sql, objective.source, f"{objective.at}.sql", engine)
    if pattern := objective.filters.get("operation_matching"):
        own = "operation_matching" in objective.own
        yield partial(_try_pattern, pattern, f"{objective.at}.operation_matching" if own else "operation_matching", engine)


def _try_sql(source: SqlStatement, at: str, engine: Engine) -> None:
    trial = f"SELECT * FROM ({source.sql}\n) LIMIT 0"  # noqa: S608 - whoever owns the gate may ask anything that reads
    filled: dict[str, Any] = {name: 0 if name in _TIMES else "" for name in source.parameters}
    try:
        answer = engine.query_untrusted(trial, filled)
    except InvalidInput as error:
        raise refuse(CODE, at, error.message, error.hint or "try it with `assay sql`") from error
    assert not isinstance(answer, bytes)
    if len(answer.columns) != 1:
        raise refuse(CODE, at, f"it gives {len(answer.columns)} columns", "select one number")


def _try_pattern(pattern: str, at: str, engine: Engine) -> None:
    try:
        engine.query("SELECT match('', {pattern:String})", {"pattern": pattern})
    except InvalidInput as error:
        raise refuse(CODE, at, f"{pattern!r} is no regular expression", "write RE2 syntax, such as ^GET /orders") from error
