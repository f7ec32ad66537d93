"""One check: a statement that names everything it looked at, and what is wrong with each."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import Any, Literal

import orjson

from assay.core.errors import AssayError
from assay.core.ports import Engine
from assay.core.statement import Statement, load, load_all
from assay.quality.compliance.waivers import Waiver, places

FOLDER = "assay.quality.compliance.checks"
COLUMNS = ("service", "environment", "subject", "finding")
"""What a check's statement gives."""
TOLD = ("start", "end", "one_in", "settings", "conventions", "exporter_endpoints", "exporter_lag_seconds", "dead_items")
"""What it may ask for: the names of its parameters."""

_SAMPLE = 20
_SUMMARY = """SELECT
    service, count() AS looked_at,
    countIf(finding != '' AND NOT has(covered, 1)) AS found,
    countIf(finding != '' AND has(covered, 1)) AS waived,
    sumForEach(if(finding != '', covered, arrayMap(one -> 0, covered))) AS by_waiver,
    groupArraySortedIf({sample})((environment, subject, finding), finding != '' AND NOT has(covered, 1)) AS sample
FROM
(
    SELECT
        ifNull(toString(service), '') AS service,
        ifNull(toString(environment), '') AS environment,
        ifNull(toString(subject), '') AS subject,
        ifNull(toString(finding), '') AS finding,
        {covered} AS covered
    FROM
    (
{text}
    )
)
GROUP BY service
ORDER BY service"""
_NOT_COVERED = "CAST([], 'Array(UInt8)')"
_COVERED = """arrayMap(
            (a, b, c) -> toUInt8(a IN ('', service) AND b IN ('', environment) AND c IN ('', subject)),
            {waived_services:Array(String)}, {waived_environments:Array(String)}, {waived_subjects:Array(String)})"""

Result = Literal["passed", "waived", "failed", "no_data", "broken"]
Evidence = Mapping[str, Callable[[int, int], Any]]
"""What statements are told besides the window: the value of a parameter of theirs, by its name, for a window in nanoseconds."""

_WINDOW: Evidence = {"start": lambda start, _end: start, "end": lambda _start, end: end}


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with one thing that a check looked at; `subject` is empty if that is the service itself."""

    service: str
    environment: str
    subject: str
    finding: str


@dataclass(frozen=True, slots=True)
class Share:
    """How many things of a service were looked at, and how many have a finding, counted or waived; empty is what is of none."""

    service: str
    looked_at: int
    found: int
    waived: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check came to in the window from `start_ns` up to `end_ns`, and all that is needed to do it again.

    Only `passed` is a pass: `no_data` means that there was nothing to look at, `broken` that the statement failed, for the
    `reason`, and `waived` that all that was found is waived. `looked_at` counts the things, `found` those with a finding, of
    which `sample` has the first, and `waived` those with a finding that somebody answers for; `services` has these by service.
    `parameters` are the values of the `{name:Type}` places of `sql`; `seconds` is how long it took. `content_hash` is the
    SHA-256 of all but itself and `seconds`, as JSON with sorted keys and without spaces.
    """

    check: str
    result: Result
    start_ns: int
    end_ns: int
    looked_at: int
    found: int
    waived: int
    sample: tuple[Finding, ...]
    services: tuple[Share, ...]
    reason: str
    sql: str
    parameters: dict[str, Any]
    seconds: float
    content_hash: str = ""


def names() -> list[str]:
    """Return the names of all checks that come with Assay."""
    return [statement.name for statement in load_all(FOLDER)]


def hash_of(outcome: Outcome) -> str:
    """Return what `content_hash` must be."""
    content = {key: value for key, value in asdict(outcome).items() if key not in ("content_hash", "seconds")}
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def run(engine: Engine, check: Statement | str, start_ns: int, end_ns: int, evidence: Evidence | None = None) -> Outcome:
    """Run a check, given as a statement or by its name, over a window in nanoseconds since 1970; errors are an outcome too.

    A check that asks for evidence which nobody tells has no data.
    """
    return measure(engine, check, start_ns, end_ns, evidence)[0]


def measure(
    engine: Engine,
    check: Statement | str,
    start_ns: int,
    end_ns: int,
    evidence: Evidence | None = None,
    *,
    own: bool = False,
    waivers: Sequence[Waiver] = (),
) -> tuple[Outcome, list[int]]:
    """Run a check as `run` does, and return how many findings each of the waivers covers too.

    One that is an owner's `own` runs with the rights and limits of anybody's SQL. `waivers` are those in force about it.
    """
    statement = load(FOLDER, check) if isinstance(check, str) else check
    covered = _COVERED if waivers else _NOT_COVERED
    sql = _SUMMARY.replace("{sample}", str(_SAMPLE)).replace("{covered}", covered).replace("{text}", statement.text)
    told = {**_WINDOW, **(evidence or {})}
    missing = sorted(statement.parameters.keys() - told)
    parameters: dict[str, Any] = places(waivers) if waivers else {}
    rows: list[dict[str, Any]] = []
    reason = f"nothing tells {', '.join(missing)} here" if missing else ""
    result: Result | None = "no_data" if missing else None
    began = time.perf_counter()
    try:
        if not missing:
            parameters |= {name: told[name](start_ns, end_ns) for name in sorted(statement.parameters)}
            rows = _ask(engine, sql, parameters, own)
    except AssayError as error:
        result, reason = "broken", error.message[:500] or error.code
    shares = tuple(Share(row["service"], int(row["looked_at"]), int(row["found"]), int(row["waived"])) for row in rows)
    outcome = seal(Outcome(
        check=statement.name,
        result=result or _result(shares),
        start_ns=start_ns,
        end_ns=end_ns,
        looked_at=sum(share.looked_at for share in shares),
        found=sum(share.found for share in shares),
        waived=sum(share.waived for share in shares),
        sample=tuple(_sample(rows)),
        services=shares,
        reason=reason,
        sql=sql,
        parameters=parameters,
        seconds=round(time.perf_counter() - began, 6),
    ))  # fmt: skip
    return outcome, [sum(int(row["by_waiver"][index]) for row in rows) for index in range(len(waivers))]


def seal(outcome: Outcome) -> Outcome:
    """Return the outcome with its hash."""
    return replace(outcome, content_hash=hash_of(outcome))


def _ask(engine: Engine, sql: str, parameters: Mapping[str, Any], own: bool) -> list[dict[str, Any]]:
    if not own:
        return engine.query(sql, parameters).dicts()
    answer = engine.query_untrusted(sql, parameters)
    assert not isinstance(answer, bytes)
    return answer.dicts()


def _result(shares: Sequence[Share]) -> Result:
    if not shares:
        return "no_data"
    return "failed" if any(share.found for share in shares) else "waived" if any(share.waived for share in shares) else "passed"


def _sample(rows: Iterable[Mapping[str, Any]]) -> Iterator[Finding]:
    """Give the first findings of all services."""
    all_of_them = (Finding(row["service"], *each) for row in rows for each in row["sample"])
    return islice(all_of_them, _SAMPLE)
