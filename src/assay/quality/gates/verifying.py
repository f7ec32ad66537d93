"""Show a gate to an engine before anybody relies on it: its statements, its patterns and the services that it names."""

from __future__ import annotations

import difflib
from typing import Any

from assay.core.errors import InvalidInput
from assay.core.ports import Engine
from assay.core.refusals import refuse
from assay.quality.gates.criterion import CODE
from assay.quality.gates.document import Gate
from assay.quality.gates.measuring import is_known, list_services
from assay.quality.gates.sources import SqlStatement

_TIMES = ("start_ns", "end_ns")


def verify(gate: Gate, engine: Engine) -> None:
    """Ask the engine whether it understands every statement and pattern; none of them reads a row.

    Raises:
        InvalidInput: it refuses one; the message begins with its path.
    """
    for objective in gate.objectives:
        if isinstance(objective.source, SqlStatement):
            _try_sql(objective.source, f"{objective.at}.sql", engine)
        if pattern := objective.filters.get("operation_matching"):
            own = "operation_matching" in objective.own
            _try_pattern(pattern, f"{objective.at}.operation_matching" if own else "operation_matching", engine)


def verify_services(gate: Gate, engine: Engine) -> None:
    """Ask whether something was ever heard of each service that the gate names.

    Raises:
        InvalidInput: nothing was of one; the message begins with the path of the key.
    """
    for objective in gate.objectives:
        service = objective.filters.get("service", "")
        if service and not is_known(engine, service):
            raise unknown_service(service, f"{objective.at}.service" if "service" in objective.own else "service", engine)


def unknown_service(service: str, at: str, engine: Engine) -> InvalidInput:
    """Make the error for a service that nothing was heard of; `at` is where it is written, if it is."""
    known = list_services(engine)
    near = difflib.get_close_matches(service, known, 1)
    hint = f"did you mean {near[0]}?" if near else f"services that sent spans: {', '.join(known[:10]) or 'none'}"
    heard = f"othing was ever heard of the service {service!r}"
    return refuse("service_unknown", at, f"n{heard}", hint) if at else InvalidInput("service_unknown", f"N{heard}", hint)


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
