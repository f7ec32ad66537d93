"""One check: a statement that names everything it looked at, and what is wrong with each."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

import orjson

from assay.core.errors import AssayError
from assay.core.ports import Engine
from assay.core.statement import Statement, load, load_all

FOLDER = "assay.quality.compliance.checks"
_SAMPLE = 20
_SUMMARY = """SELECT
    count() AS looked_at, countIf(finding != '') AS found,
    groupArraySortedIf({sample})((service, environment, subject, finding), finding != '') AS sample
FROM
(
{text}
)"""

Result = Literal["passed", "failed", "no_data", "broken"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with one thing that a check looked at; `subject` is empty if that is the service itself."""

    service: str
    environment: str
    subject: str
    finding: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check came to in the window from `start_ns` up to `end_ns`, and all that is needed to do it again.

    Only `passed` is a pass: `no_data` means that there was nothing to look at, and `broken` that the statement failed, for the
    `reason`. `looked_at` counts the things, `found` those with a finding, of which `sample` has the first. `content_hash` is
    the SHA-256 of everything else as JSON with sorted keys.
    """

    check: str
    result: Result
    start_ns: int
    end_ns: int
    looked_at: int
    found: int
    sample: tuple[Finding, ...]
    reason: str
    sql: str

    @property
    def content_hash(self) -> str:
        return hashlib.sha256(orjson.dumps(self, option=orjson.OPT_SORT_KEYS)).hexdigest()


def names() -> list[str]:
    """Return the names of all checks that come with Assay."""
    return [statement.name for statement in load_all(FOLDER)]


def run(engine: Engine, check: Statement | str, start_ns: int, end_ns: int) -> Outcome:
    """Run a check, given as a statement or by its name, over a window in nanoseconds since 1970; errors are an outcome too."""
    statement = load(FOLDER, check) if isinstance(check, str) else check
    sql = _SUMMARY.replace("{sample}", str(_SAMPLE)).replace("{text}", statement.text)
    try:
        row = engine.query(sql, {"start": start_ns, "end": end_ns}).dicts()[0]
    except AssayError as error:
        return Outcome(statement.name, "broken", start_ns, end_ns, 0, 0, (), error.message[:500], sql)
    looked_at, found = int(row["looked_at"]), int(row["found"])
    result: Result = "no_data" if not looked_at else "failed" if found else "passed"
    sample = tuple(Finding(*each) for each in row["sample"])
    return Outcome(statement.name, result, start_ns, end_ns, looked_at, found, sample, "", sql)
