"""A pass of the sampler, as it is written down before it begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from assay.core.ports import Engine
from assay.policies.sampling.literals import quote

_COLUMNS = (
    "Pass, Done, FromBatch, ToBatch, toUnixTimestamp(Since) AS Since, toUnixTimestamp(Now) AS Now, "
    "toUnixTimestamp(LateSince) AS LateSince, Version, Before, Slices, Copied, Levels, Policies"
)
_NUMBERS = ("number", "done", "from_batch", "to_batch", "since", "now", "late_since", "version", "before", "slices", "copied")


@dataclass(frozen=True, slots=True)
class Plan:
    """One pass: the spans of the batches above `from_batch` up to `to_batch`, and what is due at `now` (Unix seconds).

    `version` is that of the policies, `before` that of the pass before; `policies` is the section as JSON, so that a pass that
    is repeated after a crash is the same pass. `copied` (the batch up to which all kept spans are copied) and `levels` (what
    the limits have left) are those before the pass, or after it once it is `done`.
    """

    number: int = 0
    done: bool = True
    from_batch: int = 0
    to_batch: int = 0
    since: int = 0
    now: int = 0
    late_since: int = 0
    version: int = 0
    before: int = 0
    slices: int = 1
    copied: int = 0
    levels: tuple[float, ...] = ()
    policies: str = "{}"

    @classmethod
    def last(cls, engine: Engine) -> Plan:
        """Return the pass that was written down last; before the first there is an empty one, done."""
        rows = engine.query(f"SELECT {_COLUMNS} FROM assay_sampling_passes ORDER BY Pass DESC, Done DESC, At DESC LIMIT 1").rows
        return cls._from_row(rows[0]) if rows else cls()

    @classmethod
    def _from_row(cls, row: Sequence[Any]) -> Plan:
        numbers = dict(zip(_NUMBERS, row, strict=False))
        return cls(**numbers | {"done": bool(numbers["done"]), "levels": tuple(row[-2]), "policies": row[-1]})

    def finished(self, copied: int, levels: Sequence[float]) -> Plan:
        """Return the plan as it is when all of it is stored."""
        return replace(self, done=True, copied=copied, levels=tuple(levels))

    def write(self, engine: Engine) -> None:
        """Write it down durably."""
        times = ", ".join(f"fromUnixTimestamp({second})" for second in (self.since, self.now, self.late_since))
        levels = [float(level) for level in self.levels]
        engine.execute(
            "INSERT INTO assay_sampling_passes "
            "(Pass, Done, FromBatch, ToBatch, Since, Now, LateSince, Version, Before, Slices, Copied, Levels, Policies) "
            f"SELECT {self.number}, {int(self.done)}, {self.from_batch}, {self.to_batch}, {times}, "
            f"{self.version}, {self.before}, {self.slices}, {self.copied}, {levels}::Array(Float64), {quote(self.policies)}"
        )
