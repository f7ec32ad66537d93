"""What policies would have done to what is stored: dropped, changed, kept.

Whoever asks may write conditions of his own, so nothing of them runs with more rights than anybody's SQL has.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assay.core import statement
from assay.core.ports import Answer, Engine
from assay.core.statement import Statement
from assay.policies import document, filters, nested, scrub_rules
from assay.policies.document import Policies
from assay.policies.sampling import DryRun, dry_run
from assay.policies.scrub import Scrubber

_FOLDER = "assay.policies.trial"
_ITEMS = 200_000
_EXAMPLES = 3
_SHOWN = 160
_SOURCES = {
    "traces": ("assay_spans", "concat(ServiceName, ': ', SpanName)"),
    "logs": ("otel_logs", "concat(ServiceName, ': ', if(empty(EventName), concat(SeverityText, ' record'), EventName))"),
    "metrics": (
        "merge(currentDatabase(), '^otel_metrics_(gauge|sum|histogram|exp_histogram|summary)$')",
        "concat(ServiceName, ': ', MetricName)",
    ),
}


@dataclass(frozen=True, slots=True)
class Dropped:
    """What a filter would have dropped of the `of` stored items of its signal; examples are names."""

    filter: str
    signal: str
    items: int
    of: int
    examples: list[str]


@dataclass(frozen=True, slots=True)
class Changed:
    """Stored texts that a rule would have changed; the examples are as they would have been stored.

    `rule` is the label that the mask has, or several with a space between them; `(dropped)` if the attribute would be gone.
    """

    signal: str
    place: str
    rule: str
    items: int
    services: list[str]
    examples: list[str]


@dataclass(frozen=True, slots=True)
class Trial:
    """What policies would have done to what came in from `since` to `until` (Unix seconds).

    `scrubbed` counts one in `one_in` items. `sampling` is empty if the policies do not sample.
    """

    version: str
    since: int
    until: int
    dropped: list[Dropped]
    one_in: int
    scrubbed: list[Changed]
    sampling: DryRun | None


def try_out(engine: Engine, policies: Policies, since: int, until: int) -> Trial:
    """Say what the policies would have done; the sampling over what the hot window still has.

    Raises:
        InvalidInput: the engine does not understand a policy, or it uses what SQL of users may not use.
        TimedOut: there is too much; a shorter time may succeed.
    """
    users = _Users(engine)
    document.validate(policies, users)
    one_in = math.ceil(users.query(_load("count_items"), {"since": since, "until": until}).rows[0][0] / _ITEMS) or 1
    return Trial(
        policies.version,
        since,
        until,
        [each for signal in _SOURCES for each in _filter(users, policies.filters, signal, since, until)],
        one_in,
        _scrub(users, policies.scrubbing, {"since": since, "until": until, "one_in": one_in}) if policies.scrubbing else [],
        # Its conditions have been asked for as a user's, above; its limits of memory are its own.
        dry_run(engine, policies.sampling, since, until) if policies.sampling.enabled else None,
    )


def _filter(engine: Engine, all_filters: Sequence[filters.Filter], signal: str, since: int, until: int) -> list[Dropped]:
    chosen = [each for each in all_filters if each.signal == signal]
    if not chosen:
        return []
    source, example = _SOURCES[signal]
    first = ", ".join(f"({each.condition}), {scrub_rules.literal(each.name)}" for each in chosen)
    rows = engine.query(
        f"SELECT multiIf({first}, '') AS Filter, count(), groupUniqArray({_EXAMPLES})(toString({example})) FROM {source} "
        f"WHERE ReceivedAt >= fromUnixTimestamp({since}) AND ReceivedAt < fromUnixTimestamp({until}) GROUP BY Filter"
    ).rows
    found = {name: (items, examples) for name, items, examples in rows}
    total = sum(items for items, _ in found.values())
    return [Dropped(each.name, signal, *_part(found, each.name, total)) for each in chosen]


def _part(found: Mapping[str, tuple[int, list[str]]], name: str, total: int) -> tuple[int, int, list[str]]:
    items, examples = found.get(name, (0, []))
    return items, total, sorted(examples)


def _scrub(engine: Engine, rules: scrub_rules.Scrubbing, parameters: Mapping[str, int]) -> list[Changed]:
    # A pseudonym in an example is of a key that nobody has.
    scrubber = Scrubber(rules, "'dry run'", "'k0'")
    cleaned = nested.clean(scrubber, "Key", "Text")
    if scrubber.drops:
        cleaned = f"if({scrubber.keep('Key')}, {cleaned}, '')"
    # What is a mask already, as a whole, has been dealt with.
    mask = f"match(Text, {scrub_rules.literal(_whole_mask(scrubber.labels))})"
    new, old = nested.found(scrubber, "Clean"), nested.found(scrubber, "Text")
    suspect = f"{nested.suspect(scrubber, 'Key', 'Text')} > 0"
    rows = engine.query(
        f"""
        SELECT
            Signal, Place, if(Clean = '' OR empty(Rules), '(dropped)', arrayStringConcat(Rules, ' ')) AS Rule,
            sum(Items) AS Found, arraySort(groupUniqArray(5)(ServiceName)),
            groupUniqArray({_EXAMPLES})(substringUTF8(Clean, 1, {_SHOWN}))
        FROM
        (
            SELECT *, arrayFilter(r -> countEqual({new}, r) > countEqual({old}, r), arrayDistinct({new})) AS Rules
            FROM (SELECT *, {cleaned} AS Clean FROM ({_load("read_texts").text}) WHERE {suspect} AND NOT {mask})
            WHERE Clean != Text
        )
        GROUP BY Signal, Place, Rule ORDER BY Found DESC, Signal, Place LIMIT 1000
        """,
        parameters,
    ).rows
    return [Changed(*row) for row in rows]


def _whole_mask(labels: Sequence[str]) -> str:
    return f"^\\[(?:{'|'.join(labels)})(?: [^\\]]*)?\\]$"


def _load(name: str) -> Statement:
    return statement.load(_FOLDER, name)


class _Users:
    """The engine as it is for SQL of users: read-only, within limits, and without the names that they may not use."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.execute = engine.execute
        self.insert = engine.insert
        self.close = engine.close
        self.query_untrusted = engine.query_untrusted
        self.read = engine.read

    def query(self, sql: Statement | str, parameters: Mapping[str, Any] | None = None) -> Answer:
        answer = self._engine.query_untrusted(sql.text if isinstance(sql, Statement) else sql, parameters)
        assert isinstance(answer, Answer)
        return answer
