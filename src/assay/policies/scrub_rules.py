"""The rules of scrubbing: read from YAML, laid over each other, and shown to the engine before they are used."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from assay.core.errors import InvalidInput
from assay.core.ports import Engine

ACTIONS = ("mask", "partial", "hash", "drop")
_LABEL = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_WORD = re.compile(r"%\{(\w+)\}")
_DETECTOR_OPTIONS = ("guard", "before", "pattern", "after", "only", "unless", "check", "label", "action", "partial")
_KEY_RULE_OPTIONS = ("exact", "prefix", "regex", "detectors", "label", "action", "partial")


@dataclass(frozen=True, slots=True)
class Detector:
    """Find a secret in a text: `pattern` between `before` and `after` (RE2), if `check` (SQL) holds.

    `detectors.yaml` explains each option. `guard` (Hyperscan) is searched for first, and must match wherever the detector could
    find something.
    """

    name: str
    guard: str
    pattern: str
    before: str = ""
    after: str = ""
    only: str = ""
    unless: tuple[str, ...] = ()
    check: str = ""
    label: str = ""
    action: str = "mask"
    partial: str = ""

    @property
    def regexp(self) -> str:
        """Give the RE2 expression of exactly three groups: what stands before, the secret, what follows."""
        return f"({self.before})({self.pattern})({self.after})"


@dataclass(frozen=True, slots=True)
class KeyRule:
    """Decide about whole values by the key: `action` is a detector's, or `allow`, for all detectors or those named."""

    name: str
    exact: tuple[str, ...] = ()
    prefix: tuple[str, ...] = ()
    regex: tuple[str, ...] = ()
    detectors: tuple[str, ...] = ()
    label: str = ""
    action: str = "mask"
    partial: str = ""

    @property
    def pattern(self) -> str:
        """Give one expression (Hyperscan) for one key, or for one line of many keys."""
        exact = [f"^{_escape(key)}$" for key in self.exact]
        prefix = [f"^{_escape(key)}" for key in self.prefix]
        return "(?im)" + "|".join([*exact, *prefix, *self.regex])


@dataclass(frozen=True, slots=True)
class Scrubbing:
    """All rules in the order in which they run."""

    detectors: tuple[Detector, ...] = ()
    key_rules: tuple[KeyRule, ...] = ()


@cache
def defaults() -> Scrubbing:
    """Read the rules that come with Assay."""
    return merge(Scrubbing(), _packaged())


def merge(rules: Scrubbing, user: Mapping[str, Any]) -> Scrubbing:
    """Lay a policy (`detectors` and `key_rules`, both by name) over `rules`.

    Under a known name only what is given changes, and `false` switches the rule off. New detectors run after the known
    ones; new key rules are asked before them, because the first that matches wins.

    Raises:
        InvalidInput: an option is unknown, missing or wrong; the message names it, as in `detectors.email.action`.
    """
    _refuse_unknown(user, ("words", "detectors", "key_rules"), "scrubbing")
    words = {**_packaged()["words"], **_mapping(user.get("words"), "words")}
    detectors = {each.name: each for each in rules.detectors}
    for name, options in _mapping(user.get("detectors"), "detectors").items():
        if options is False:
            detectors.pop(name, None)
        else:
            detectors[name] = _detector(name, options, words, detectors.get(name))
    known = {each.name: each for each in rules.key_rules}
    own: dict[str, KeyRule] = {}
    for name, options in _mapping(user.get("key_rules"), "key_rules").items():
        if options is False:
            known.pop(name, None)
        else:
            (known if name in known else own)[name] = _key_rule(name, options, known.get(name))
    merged = Scrubbing(tuple(detectors.values()), (*own.values(), *known.values()))
    _refuse_spared_unknown(merged, _packaged())
    return merged


def validate(rules: Scrubbing, engine: Engine) -> None:
    """Ask the engine whether it understands every expression.

    Raises:
        InvalidInput: it refuses one, or a pattern matches the empty text or has groups of its own; it names rule and option.
    """
    questions = _questions(rules)
    if not _understood(engine, ", ".join(sql for _, sql, _ in questions) or "1"):
        for at, sql, hint in questions:
            _ask(engine, at, sql, hint)
    for detector in rules.detectors:
        at = f"detectors.{detector.name}.pattern"
        empty = f"match('', {literal(f'^(?:{detector.pattern})$')})"
        # An expression with an empty alternative matches nothing at all and says so once for each of its groups.
        groups = f"length(extractGroups('', {literal(f'{detector.regexp}|')}))"
        matches_empty, count = engine.query(f"SELECT {empty}, {groups}").rows[0]
        if matches_empty:
            raise refusal(at, "it matches the empty text", "say what a secret has at least, such as {8,} instead of *")
        if count != 3:
            raise refusal(at, "it has a group of its own", "write (?:…) instead of (…), in `before` and `after` too")


def literal(text: str) -> str:
    """Write a text as a literal of SQL."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"


def refusal(at: str, reason: str, hint: str) -> InvalidInput:
    """Make the error for a rule or an option that cannot be used."""
    return InvalidInput("scrubbing_invalid", f"scrubbing.{at}: {reason}", hint)


@cache
def _packaged() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((files("assay.policies") / "detectors.yaml").read_text("utf-8"))
    return read


def _detector(name: str, options: Any, words: Mapping[str, str], known: Detector | None) -> Detector:
    at = f"detectors.{name}"
    _refuse_unknown(_mapping(options, at), _DETECTOR_OPTIONS, at)
    given: dict[str, Any] = {option: _expression(value, words, f"{at}.{option}") for option, value in options.items()}
    if "unless" in options:
        each = _texts(options["unless"], f"{at}.unless")
        given["unless"] = tuple(_expression(text, words, f"{at}.unless") for text in each)
    if known is None and "pattern" not in given:
        raise refusal(f"{at}.pattern", "it is missing", "give a regular expression for the secret")
    if known is not None and "guard" not in given and given.keys() & {"before", "pattern"}:
        # The old guard was made for the old pattern and would hide the new one.
        given["guard"] = given.get("before", known.before) + f"(?:{given.get('pattern', known.pattern)})"
    if known is None:
        given.setdefault("guard", given.get("before", "") + f"(?:{given['pattern']})")
    detector = replace(known or Detector(name, "", "", label=name), **given)
    _refuse_action(detector, at, ACTIONS)
    return detector


def _key_rule(name: str, options: Any, known: KeyRule | None) -> KeyRule:
    at = f"key_rules.{name}"
    _refuse_unknown(_mapping(options, at), _KEY_RULE_OPTIONS, at)
    given: dict[str, Any] = {}
    for option, value in options.items():
        texts = _texts(value, f"{at}.{option}")
        given[option] = texts if option in ("exact", "prefix", "regex", "detectors") else texts[0]
    rule = replace(known or KeyRule(name, label=name), **given)
    if not (rule.exact or rule.prefix or rule.regex):
        raise refusal(at, "it names no keys", "give `exact`, `prefix` or `regex`")
    if rule.detectors and rule.action != "allow":
        raise refusal(
            f"{at}.detectors", f"they mean nothing with the action {rule.action}", "use `action: allow`, or leave them out"
        )
    _refuse_action(rule, at, (*ACTIONS, "allow"))
    return rule


def _expression(value: Any, words: Mapping[str, str], at: str) -> str:
    """Join a choice, and put in the words."""

    def word(found: re.Match[str]) -> str:
        if found[1] not in words:
            raise refusal(at, f"there is no word {found[1]!r}", f"there are {', '.join(sorted(words))}")
        return words[found[1]]

    texts = _texts(value, at)
    return _WORD.sub(word, texts[0] if len(texts) == 1 else "(?:" + "|".join(texts) + ")")


def _texts(value: Any, at: str) -> tuple[str, ...]:
    texts = value if isinstance(value, list) else [value]
    if not texts or not all(isinstance(text, str) and text for text in texts):
        raise refusal(
            at, "it must be a text or a list of texts", "put it in single quotes, as YAML reads \\ and : itself elsewhere"
        )
    return tuple(texts)


def _mapping(value: Any, at: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise refusal(
            at,
            "it must be a mapping of names to options",
            "write `name:` and its options below, or `name: false` to switch it off",
        )
    return value


def _refuse_unknown(given: Mapping[str, Any], known: Iterable[str], at: str) -> None:
    for option in given:
        if option not in known:
            raise refusal(
                f"{at}.{option}".removeprefix("scrubbing."), "there is no such option", f"there are {', '.join(known)}"
            )


def _refuse_action(rule: Detector | KeyRule, at: str, actions: tuple[str, ...]) -> None:
    if rule.action not in actions:
        raise refusal(f"{at}.action", f"{rule.action!r} is no action", f"there are {', '.join(actions)}")
    if rule.action == "partial" and not rule.partial:
        raise refusal(
            f"{at}.partial", "it is missing", "give SQL over `secret` for what is still shown, such as right(secret, 4)"
        )
    if not _LABEL.fullmatch(rule.label):
        raise refusal(
            f"{at}.label", f"{rule.label!r} cannot stand in a mask", "use letters, digits and _, and begin with a letter"
        )


def _refuse_spared_unknown(rules: Scrubbing, packaged: Mapping[str, Any]) -> None:
    known = {name for each in rules.detectors for name in (each.name, each.label)} | packaged["detectors"].keys()
    for rule in rules.key_rules:
        for name in rule.detectors:
            if name not in known:
                raise refusal(
                    f"key_rules.{rule.name}.detectors",
                    f"there is no detector {name!r}",
                    f"there are {', '.join(sorted(known))}",
                )


def _questions(rules: Scrubbing) -> list[tuple[str, str, str]]:
    """Give what to ask the engine: the option, an expression that fails if it is wrong, and a hint."""
    re2, hyperscan = (
        "it is in RE2's syntax: no lookaround, no back-references",
        "it is for Hyperscan: no lookaround, no long repeats",
    )
    asked = []
    for detector in rules.detectors:
        at = f"detectors.{detector.name}"
        asked.append((f"{at}.guard", f"multiMatchAny('', [{literal(detector.guard)}])", hyperscan))
        asked.append((f"{at}.pattern", f"match('', {literal(detector.regexp)})", re2))
        asked.append((f"{at}.only", f"match('', {literal(detector.only)})", re2))
        asked += [(f"{at}.unless", f"match('', {literal(text)})", re2) for text in detector.unless]
        for option in ("check", "partial"):
            if sql := getattr(detector, option):
                asked.append((f"{at}.{option}", f"arrayMap(secret -> ({sql}), ['secret'])", "it is SQL over the string secret"))
    for rule in rules.key_rules:
        at = f"key_rules.{rule.name}"
        asked.append((f"{at}.regex", f"multiMatchAny('', [{literal(rule.pattern)}])", hyperscan))
        if rule.partial:
            asked.append(
                (f"{at}.partial", f"arrayMap(secret -> ({rule.partial}), ['secret'])", "it is SQL over the string secret")
            )
    return asked


def _understood(engine: Engine, sql: str) -> bool:
    try:
        engine.query(f"SELECT {sql}")
    except InvalidInput:
        return False
    return True


def _ask(engine: Engine, at: str, sql: str, hint: str) -> None:
    try:
        engine.query(f"SELECT {sql}")
    except InvalidInput as error:
        raise refusal(at, f"the engine refuses it: {error.message}", hint) from error


def _escape(key: str) -> str:
    # Hyperscan knows fewer escapes than re.escape makes.
    return re.sub(r"([^\w])", r"\\\1", key)
