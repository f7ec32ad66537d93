"""The bench that runs cases: real requests through the real decode views, then a real pass of the sampler."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from assay.core.errors import AssayError, InvalidInput
from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.core.statement import load
from assay.policies import document
from assay.policies.cases.difference import compare_counts, compare_fates, compare_rows
from assay.policies.cases.model import Case, trace_id
from assay.policies.cases.requests import record, requests_of
from assay.policies.document import Policies
from assay.policies.pseudonyms import PseudonymKey
from assay.policies.sampling import Passes
from assay.policies.sampling.plan import Plan

_FOLDER = "assay.policies.cases"
# Each case has a day of its own, so that the counts by minute and the decisions by day are those of one case.
_BEGAN, _APART = 1_800_000_000, 50 * 3600


@dataclass(frozen=True, slots=True)
class Result:
    """A case and what differs from what it expects, in words; nothing if it holds."""

    case: Case
    differences: Sequence[str]


@dataclass(slots=True)
class _Placed:
    """A case with its place in the store: its time, and the batches of each signal."""

    number: int
    case: Case
    policies: Policies
    batches: dict[Signal, tuple[int, int]] = field(default_factory=dict)

    @property
    def began(self) -> int:
        return _BEGAN + self.number * _APART


class Bench:
    """Run cases in a store that nobody else uses; cases under the same policies go through it together."""

    def __init__(self, engine: Engine, bring: Callable[[list[str]], None], key: PseudonymKey) -> None:
        """Use `engine`, an empty store; `bring` makes its decode views with the functions of policies."""
        self._engine = engine
        self._bring = bring
        self._key = key
        self._batch = 0
        self._cases = 0
        self._pass = 0

    def run(self, cases: Sequence[Case], policies: Policies) -> Iterator[Result]:
        """Yield a result for each case, not in their order; `policies` hold for those that have none of their own."""
        groups: dict[tuple[str, ...], list[_Placed]] = {}
        for case in cases:
            try:
                own = policies if case.policies is None else document.parse(case.policies)
            except InvalidInput as error:
                yield _refused(case, error)
                continue
            self._cases += 1
            statements = tuple(document.compile_policies(own, self._key))
            groups.setdefault(statements, []).append(_Placed(self._cases, case, own))
        for statements, placed in groups.items():
            yield from self._run_group(list(statements), placed)

    def _run_group(self, statements: list[str], placed: list[_Placed]) -> Iterator[Result]:
        understood = []
        for each in placed:
            try:
                document.validate(each.policies, self._engine)
            except InvalidInput as error:
                yield _refused(each.case, error)
            else:
                understood.append(each)
        if not understood:
            return
        self._bring(statements)
        self._insert(understood)
        for each in understood:
            try:
                yield Result(each.case, list(self._compare(each)))
            except AssayError as error:
                yield Result(each.case, [f"it cannot be run: {error}"])

    def _insert(self, placed: Sequence[_Placed]) -> None:
        records: dict[Signal, list[bytes]] = {}
        for each in placed:
            for signal, requests in requests_of(each.case, each.began).items():
                first = self._batch + 1
                for seconds, request in requests:
                    self._batch += 1
                    received = each.began * 1_000_000_000 + round(seconds * 1_000_000_000)
                    records.setdefault(signal, []).append(record(request, self._batch, received))
                each.batches[signal] = (first, self._batch)
        for signal, data in records.items():
            self._engine.insert(signal, data, f"cases/{signal}/{self._batch}")

    def _compare(self, placed: _Placed) -> Iterator[str]:
        expected = placed.case.expected
        if expected.refused is not None:
            yield "the policies are not refused"
        for name, signal, rows in (
            ("spans", Signal.TRACES, expected.spans),
            ("logs", Signal.LOGS, expected.logs),
            ("metrics", Signal.METRICS, expected.metrics),
        ):
            if rows is not None:
                yield from compare_rows(name, rows, self._read(f"read_{name}", placed.batches[signal]))
        if expected.filtered is not None:
            until = {"since": placed.began, "until": placed.began + _APART}
            yield from compare_counts(expected.filtered, dict(self._engine.query(load(_FOLDER, "read_filtered"), until).rows))
        if expected.traces is not None:
            yield from compare_fates(expected.traces, self._sample(placed))

    def _read(self, question: str, batches: tuple[int, int]) -> list[dict[str, Any]]:
        first, last = batches
        return self._engine.query(load(_FOLDER, question), {"first": first, "last": last}).dicts()

    def _sample(self, placed: _Placed) -> dict[str, tuple[bool, str, float]]:
        """Do the pass that decides all traces of a case, as if the sampler had looked last when the case began."""
        sampling = placed.policies.sampling
        first, last = placed.batches[Signal.TRACES]
        self._pass += 2
        began = placed.began
        # A decision on a trace of the same id in another case would be followed.
        self._engine.execute("TRUNCATE TABLE assay_sampling_decisions")
        Plan(self._pass - 1, True, first - 1, first - 1, began - 1, began, began).write(self._engine)
        received = max((item.received for item in placed.case.given), default=0)
        Passes(self._engine).run(sampling, last, began + received + sampling.decision_wait + 1)
        rows = self._engine.query(load(_FOLDER, "read_fates"), {"pass": self._pass}).rows
        found = {trace: (bool(kept), policy, adjusted) for trace, kept, policy, adjusted in rows}
        return {name: found[trace_id(name)] for name in placed.case.expected.traces or () if trace_id(name) in found}


def _refused(case: Case, error: InvalidInput) -> Result:
    if case.expected.refused is not None and case.expected.refused in error.message:
        return Result(case, [])
    return Result(case, [f"the policies are refused: {error}"])
