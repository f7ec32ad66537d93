"""Scrubbing with what is nested so deep that the tables do not unroll it: it lies in base64 within a text."""

from __future__ import annotations

from assay.policies.scrub import Scrubber
from assay.policies.scrub_rules import literal

_MASK = '"[nested]"'
_PART = r'\{"@(?:array|map|bytes)":"[A-Za-z0-9+/=]+"\}'


def suspect(scrubber: Scrubber, keys: str, texts: str) -> str:
    """Give the condition (SQL, true if not 0) that something of these has to be changed; both are joined by newlines."""
    return f"greatest({scrubber.key_guard(keys)}, {scrubber.guard(texts)}, position({texts}, '{{\"@') > 0)"


def clean(scrubber: Scrubber, key: str, text: str) -> str:
    """Give a value as it may be stored; nested parts are masked whole if their readable parts are suspect."""
    readable = "replaceRegexpAll(tryBase64Decode(extract(part, ':\"(.*)\"')), '[^ -~]+', '\\n')"
    hit = f"arrayExists(line -> {scrubber.key_guard('line')} + {scrubber.guard('line')} > 0, [{readable}])"
    masked = f"(left_over, part) -> if({hit}, replaceAll(left_over, part, '{_MASK}'), left_over)"
    fold = f"arrayFold({masked}, extractAll(masked, {literal(_PART)}), masked)"
    return f"arrayMap(masked -> {fold}, [{scrubber.value(key, text)}])[1]"


def found(scrubber: Scrubber, text: str) -> str:
    """Give the labels of the masks in a text."""
    return f"arrayConcat({scrubber.found(text)}, if(position({text}, '{_MASK}') > 0, ['nested'], []))"
