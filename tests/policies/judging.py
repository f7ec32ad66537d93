"""Put the labelled set through the engine and count what was found, what survived and what was harmed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.policies.labelled import Item

from assay.core.ports import Engine
from assay.policies.scrub import Scrubber


@dataclass(frozen=True, slots=True)
class Verdict:
    """One scrubbed item. `guarded`: a guard would have sent its row through scrubbing at all."""

    item: Item
    scrubbed: str
    guarded: bool

    @property
    def recalled(self) -> bool:
        """Say whether no secret survived."""
        return (self.guarded or not self.item.secrets) and not any(secret in self.scrubbed for secret in self.item.secrets)

    @property
    def harmed(self) -> bool:
        """Say whether something changed that is no secret."""
        if not self.item.secrets:
            return self.scrubbed != self.item.text
        at = 0
        for part in self.item.plain:
            at = self.scrubbed.find(part, at)
            if at < 0:
                return True
            at += len(part)
        return False


@dataclass(frozen=True, slots=True)
class Score:
    """Counts over a set: recall = recalled / positives; precision = recalled / (recalled + harmed)."""

    positives: int
    recalled: int
    harmed: int

    @classmethod
    def of(cls, verdicts: Sequence[Verdict]) -> Score:
        """Count the items with secrets, those that are free of them now, and all that were harmed, with secrets or without."""
        positive = [verdict for verdict in verdicts if verdict.item.secrets]
        return cls(len(positive), sum(verdict.recalled for verdict in positive), sum(verdict.harmed for verdict in verdicts))

    @property
    def recall(self) -> float:
        return self.recalled / self.positives if self.positives else 1.0

    @property
    def precision(self) -> float:
        return self.recalled / (self.recalled + self.harmed) if self.recalled + self.harmed else 1.0


def judge(engine: Engine, scrubber: Scrubber, items: Sequence[Item]) -> list[Verdict]:
    """Scrub the items as values of attributes."""
    given = "SELECT arrayJoin(arrayZip({keys:Array(String)}, {texts:Array(String)})) AS pair, pair.1 AS key, pair.2 AS text"
    guarded = f"({scrubber.guard('text')} OR {scrubber.key_guard('key')})"
    parameters = {"keys": [item.key for item in items], "texts": [item.text for item in items]}
    rows = engine.query(f"SELECT {scrubber.value('key', 'text')}, {guarded} FROM ({given})", parameters).rows
    return [Verdict(item, scrubbed, bool(guard)) for item, (scrubbed, guard) in zip(items, rows, strict=True)]
