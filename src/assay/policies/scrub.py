"""Scrubbing as SQL that runs inside the decode views: from rules to expressions.

`Scrubber(rules)` gives SQL text:

- `guard(text)`: a condition over all values of a row, joined by newlines. Clean rows pay only this and
- `key_guard(keys)`: the same over all keys, joined by newlines.
- `keep(key)`: a condition that is false for an attribute that is dropped; `drops` says whether there can be any.
- `value(key, text)`: an attribute's value after key rules and detectors, for the rows where a guard is true.
- `text(text)`: the same for what has no key, such as a span's name.

What was found is replaced by `[label]`, by `[label rest]` or by `[label key-id:pseudonym]`. `labels` lists all labels, and
`found(text)` is SQL for the labels in a scrubbed text, from which the changes of each rule are counted.

The functions of `store/schema/0022_scrub_functions.sql` must exist. The key of pseudonyms is not in the SQL, which users can
read: `key_sql` says where to find it, and `key_id_sql` which one it is. Equal strings give equal pseudonyms under one key.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from assay.policies.scrub_rules import Detector, KeyRule, Scrubbing, literal

_PSEUDONYM_DIGITS = 16
# What no text of people has: it marks off what was found. One that a sender wrote becomes a space.
_MARK = r"\x1A"
# How much of the text around a secret `only` and `unless` see, in bytes.
_BEFORE, _AFTER = 80, 24
_NEVER = "^$"
_PLACES = "arrayEnumerate(scrub_pieces)"


@dataclass(frozen=True)
class Scrubber:
    """Give the SQL of a set of rules; arguments and results are SQL text."""

    rules: Scrubbing
    key_sql: str = "getSetting('log_comment')"
    key_id_sql: str = "'k1'"

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Give every label that a mask can have, each once."""
        rules: tuple[Detector | KeyRule, ...] = (*self.rules.detectors, *self.rules.key_rules)
        return tuple(dict.fromkeys(rule.label for rule in rules if rule.action not in ("allow", "drop")))

    @property
    def drops(self) -> bool:
        """Say whether a key rule drops attributes."""
        return bool(_where(self.rules.key_rules, "drop"))

    def guard(self, text: str) -> str:
        """Give the condition that a detector may find something in `text`."""
        return f"multiMatchAny({text}, {self._guards})" if self.rules.detectors else "false"

    def key_guard(self, keys: str) -> str:
        """Give the condition that a rule changes the value of one of `keys`."""
        patterns = [rule.pattern for rule in self.rules.key_rules if rule.action != "allow"]
        return f"multiMatchAny({keys}, {_array(patterns)})" if patterns else "false"

    def keep(self, key: str) -> str:
        """Give the condition that no rule drops the attribute `key`."""
        return f"not has({_where(self.rules.key_rules, 'drop')}, {self._key_rule(key)})" if self.drops else "true"

    def value(self, key: str, text: str) -> str:
        """Give the scrubbed value of an attribute."""
        rules = self.rules.key_rules
        if not rules:
            return f"arrayMap((scrub_key, secret) -> {self._detected('scrub_key', 'secret', '')}, [{key}], [{text}])[1]"
        changing = [at for at, rule in enumerate(rules, 1) if rule.action != "allow"]
        keeping = [at for at, rule in enumerate(rules, 1) if rule.action == "allow" and not rule.detectors]
        spared = ", ".join(
            f"scrub_key_rule = {at}, {self._named(rule.detectors)}" for at, rule in enumerate(rules, 1) if rule.detectors
        )
        detected = self._detected("scrub_key", "secret", f"multiIf({spared}, [])" if spared else "")
        chosen = (
            f"multiIf(has({changing}, scrub_key_rule), {self._mask('scrub_key_rule', rules)}, "
            f"has({keeping}, scrub_key_rule), secret, {detected})"
        )
        return f"arrayMap((scrub_key, secret, scrub_key_rule) -> {chosen}, [{key}], [{text}], [{self._key_rule(key)}])[1]"

    def text(self, text: str) -> str:
        """Give the scrubbed form of a text that has no key."""
        return f"arrayMap(secret -> {self._detected(literal(''), 'secret', '')}, [{text}])[1]"

    def found(self, text: str) -> str:
        """Give the array of the labels of all masks in a scrubbed text; one that a sender wrote counts too."""
        mask = rf"\[({'|'.join(self.labels)})(?: [^\]\s]*)?\]"
        return f"extractAll({text}, {literal(mask)})"

    @cached_property
    def _guards(self) -> str:
        return _array(detector.guard for detector in self.rules.detectors)

    def _key_rule(self, key: str) -> str:
        """Give the number of the first rule for a key, 0 for none."""
        return f"arraySort(multiMatchAllIndices({key}, {_array(rule.pattern for rule in self.rules.key_rules)}))[1]"

    def _named(self, names: Sequence[str]) -> list[int]:
        return [at for at, detector in enumerate(self.rules.detectors, 1) if detector.name in names or detector.label in names]

    def _detected(self, key: str, text: str, spared: str) -> str:
        """Run the detectors whose guards match, one after the other, each on what the last has left."""
        if not self.rules.detectors:
            return text
        matching = f"arraySort(multiMatchAllIndices({text}, {self._guards}))"
        running = f"arrayFilter(scrub_rule -> not has({spared}, scrub_rule), {matching})" if spared else matching
        return f"arrayFold((scrub_text, scrub_rule) -> {self._step(key)}, {running}, replaceAll({text}, '{_MARK}', ' '))"

    def _step(self, key: str) -> str:
        """Cut `scrub_text` at what `scrub_rule` finds: every second piece is a candidate. Mask those that pass its check.

        One expression for all detectors, because the engine plans it anew at every insert.
        """
        detectors = self.rules.detectors
        marked = ", ".join(
            f"scrub_rule = {at}, replaceRegexpAll(scrub_text, {literal(detector.regexp)}, '\\\\1{_MARK}\\\\2{_MARK}\\\\3')"
            for at, detector in enumerate(detectors, 1)
        )
        mask = self._mask("scrub_rule", detectors)
        masked = f"(secret, scrub_context, scrub_place) -> if({self._passed()}, {mask}, secret)"
        shifted = ", ".join(f"arrayShiftRight(scrub_pieces, {by}, '')" for by in (3, 2, 1, -1))
        pieces = f"scrub_pieces, arrayMap({_context(key)}, scrub_pieces, {shifted}, {_PLACES}), {_PLACES}"
        step = f"scrub_pieces -> arrayStringConcat(arrayMap({masked}, {pieces}))"
        return f"arrayMap({step}, [splitByChar('{_MARK}', multiIf({marked}, scrub_text))])[1]"

    def _passed(self) -> str:
        """Give the condition that a piece is a candidate which passes `unless`, `only` and `check` of its rule."""
        detectors = self.rules.detectors
        counts = Counter(pattern for each in detectors for pattern in each.unless)
        shared = [pattern for pattern, count in counts.items() if count > 1]
        refused = [
            f"if(has({[at for at, each in enumerate(detectors, 1) if pattern in each.unless]}, scrub_rule), "
            f"match(scrub_context, {literal(pattern)}), false)"
            for pattern in shared
        ]
        # Picked from an array, patterns are planned faster than in one condition for each rule, and the engine caches them.
        # But it copies them for each candidate: so not the long ones, which several rules have.
        own = _array("|".join(pattern for pattern in each.unless if pattern not in shared) or _NEVER for each in detectors)
        only = _array(each.only for each in detectors)
        refused += [f"match(scrub_context, {own}[scrub_rule])", f"not match(scrub_context, {only}[scrub_rule])"]
        checks = "".join(f"scrub_rule = {at}, {each.check}, " for at, each in enumerate(detectors, 1) if each.check)
        return f"multiIf(scrub_place % 2 = 1, false, {', false, '.join(refused)}, false, {checks}true)"

    def _mask(self, rule: str, rules: Sequence[Detector | KeyRule]) -> str:
        """Give the mask of the variable `secret`; nothing, if it is dropped."""
        pseudonym = f"left(lower(hex(HMAC('sha256', secret, {self.key_sql}))), {_PSEUDONYM_DIGITS})"
        rests = []
        for at, each in enumerate(rules, 1):
            if each.action == "hash":
                rests.append(f"{rule} = {at}, concat(' ', {self.key_id_sql}, ':', {pseudonym})")
            elif each.action == "partial":
                rests.append(f"{rule} = {at}, concat(' ', {each.partial})")
        rest = ", ".join(rests)
        shown = f"multiIf({rest}, '')" if rest else "''"
        mask = f"concat('[', {_array(each.label for each in rules)}[{rule}], {shown}, ']')"
        dropping = _where(rules, "drop")
        return f"if(has({dropping}, {rule}), '', {mask})" if dropping else mask


def _context(key: str) -> str:
    """Give the function that puts together what `only` and `unless` see.

    In front it reaches over one more candidate: in "version 1.2.3.4 to 1.2.3.5" the first word decides about both.
    """
    before = f"concat(if(scrub_at < 5, concat({key}, '='), ''), scrub_3, scrub_2, scrub_1)"
    around = f"concat(right({before}, {_BEFORE}), '«', scrub_piece, '»', left(scrub_after, {_AFTER}))"
    return f"(scrub_piece, scrub_3, scrub_2, scrub_1, scrub_after, scrub_at) -> if(scrub_at % 2 = 1, '', {around})"


def _where(rules: Iterable[Detector | KeyRule], action: str) -> list[int]:
    return [at for at, rule in enumerate(rules, 1) if rule.action == action]


def _array(texts: Iterable[str]) -> str:
    return "[" + ", ".join(literal(text) for text in texts) + "]"
