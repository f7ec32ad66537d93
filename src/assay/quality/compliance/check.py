"""One check: a statement that names everything it looked at, and what is wrong with each."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import Any, Literal

import orjson

from assay.core.errors import AssayError
from assay.core.ports import Engine
from assay.core.statement import Statement, load, load_all

FOLDER = "assay.quality.compliance.checks"
_SAMPLE = 20
_SUMMARY = """SELECT
    toString(service) AS service, count() AS looked_at, countIf(finding != '') AS found,
    groupArraySortedIf({sample})((toString(environment), toString(subject), toString(finding)), finding != '') AS sample
FROM
(
{text}
)
GROUP BY service
ORDER BY service"""

Result = Literal["passed", "failed", "no_data", "broken"]
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
    """How many things of a service were looked at, and how many have a finding; the service is empty for what is of none."""

    service: str
    looked_at: int
    found: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check came to in the window from `start_ns` up to `end_ns`, and all that is needed to do it again.

    Only `passed` is a pass: `no_data` means that there was nothing to look at, and `broken` that the statement failed, for the
    `reason`. `looked_at` counts the things, `found` those with a finding, of which `sample` has the first; `services` has both
    by service. `parameters` are the values of the `{name:Type}` places of `sql`; `seconds` is how long it took. `content_hash`
    is the SHA-256 of all but itself and `seconds`, as JSON with sorted keys and without spaces.
    """

    check: str
    result: Result
    start_ns: int
    end_ns: int
    looked_at: int
    found: int
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
    statement = load(FOLDER, check) if isinstance(check, str) else check
    sql = _SUMMARY.replace("{sample}", str(_SAMPLE)).replace("{text}", statement.text)
    told = {**_WINDOW, **(evidence or {})}
    missing = sorted(statement.parameters.keys() - told)
    parameters: dict[str, Any] = {}
    rows: list[dict[str, Any]] = []
    reason = f"nothing tells {', '.join(missing)} here" if missing else ""
    result: Result | None = "no_data" if missing else None
    began = time.perf_counter()
    try:
        if not missing:
            parameters = {name: told[name](start_ns, end_ns) for name in sorted(statement.parameters)}
            rows = engine.query(sql, parameters).dicts()
    except AssayError as error:
        result, reason = "broken", error.message[:500] or error.code
    shares = tuple(Share(row["service"], int(row["looked_at"]), int(row["found"])) for row in rows)
    looked_at, found = sum(share.looked_at for share in shares), sum(share.found for share in shares)
    return seal(Outcome(
        check=statement.name,
        result=result or _result(looked_at, found),
        start_ns=start_ns,
        end_ns=end_ns,
        looked_at=looked_at,
        found=found,
        sample=tuple(_sample(rows)),
        services=shares,
        reason=reason,
        sql=sql,
        parameters=parameters,
        seconds=round(time.perf_counter() - began, 6),
    ))  # fmt: skip


def seal(outcome: Outcome) -> Outcome:
    """Return the outcome with its hash."""
    return replace(outcome, content_hash=hash_of(outcome))


def _result(looked_at: int, found: int) -> Result:
    return "no_data" if not looked_at else "failed" if found else "passed"


def _sample(rows: Iterable[Mapping[str, Any]]) -> Iterator[Finding]:
    """Give the first findings of all services."""
    all_of_them = (Finding(row["service"], *each) for row in rows for each in row["sample"])
    return islice(all_of_them, _SAMPLE)
