"""Names as Prometheus has them, by OpenTelemetry's rules (specification, compatibility/prometheus_and_openmetrics.md)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

_UNITS = {
    "d": "days", "h": "hours", "min": "minutes", "s": "seconds",
    "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds",
    "By": "bytes", "KiBy": "kibibytes", "MiBy": "mebibytes", "GiBy": "gibibytes", "TiBy": "tibibytes",
    "kBy": "kilobytes", "KBy": "kilobytes", "MBy": "megabytes", "GBy": "gigabytes", "TBy": "terabytes",
    "m": "meters", "V": "volts", "A": "amperes", "J": "joules", "W": "watts", "g": "grams", "Cel": "celsius", "Hz": "hertz",
    "1": "", "%": "percent",
}  # fmt: skip
_PER = {"s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week", "mo": "month", "y": "year"}
_WORD = re.compile(r"[a-zA-Z0-9:]+")
_NO_LABEL = re.compile(r"[^a-zA-Z0-9_]")
_UNDERSCORES = re.compile(r"_{2,}")


@lru_cache(4096)
def metric_name(name: str, unit: str, kind: str, prefix: str = "") -> tuple[str, str]:
    """Return the name of a family, without the `_total` of a counter, and its unit in words.

    `kind` is `counter`, `gauge`, `histogram` or `summary`. A name that begins with `prefix` already does not get it again. The
    name is empty if nothing of it can be used.
    """
    words = _WORD.findall(name)
    if not words:
        return "", ""
    measure, per = _unit_words(unit)
    if kind == "counter":
        words = [word for word in words if word != "total"] or words
    words += [word for word in (measure, per) if word and word not in words]
    if unit == "1" and kind == "gauge":
        words = [*(word for word in words if word != "ratio"), "ratio"]
    made = "_".join(words)
    if prefix and not made.startswith(prefix):
        made = prefix + made
    whole = "_".join(word for word in (measure, per) if word)
    return (f"_{made}" if made[:1].isdigit() else made), whole if whole and made.endswith(f"_{whole}") else ""


def _unit_words(unit: str) -> tuple[str, str]:
    measure, _, per = unit.partition("/")
    return _clean(measure, _UNITS), f"per_{word}" if (word := _clean(per, _PER)) else ""


def _clean(unit: str, known: Mapping[str, str]) -> str:
    unit = unit.strip()
    return "" if "{" in unit or "}" in unit else "_".join(_WORD.findall(known.get(unit, unit).replace(":", "_")))


@lru_cache(4096)
def label_name(name: str) -> str:
    """Return an attribute's name as that of a label; empty if nothing of it can be used."""
    made = _UNDERSCORES.sub("_", _NO_LABEL.sub("_", name))
    if made[:1].isdigit():
        return f"key_{made}"
    return "" if made == "_" else made


def to_labels(attributes: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the labels for attributes; values whose names become one are joined with `;`, in the order of the names."""
    labels: dict[str, str] = {}
    for name, value in sorted(attributes):
        if made := label_name(name):
            labels[made] = f"{labels[made]};{value}" if made in labels else value
    return labels


def resource_labels(resource: Mapping[str, str]) -> dict[str, str]:
    """Return `job` and `instance` for a resource, as far as they are known."""
    name, space = resource.get("service.name", ""), resource.get("service.namespace", "")
    labels = {"job": f"{space}/{name}" if space and name else name, "instance": resource.get("service.instance.id", "")}
    return {label: value for label, value in labels.items() if value}


def target_labels(resource: Mapping[str, str]) -> dict[str, str]:
    """Return the labels of `target_info` for a resource: what `job` and `instance` do not say."""
    rest = ((name, value) for name, value in resource.items() if name not in _IDENTITY)
    return {**to_labels(rest), **resource_labels(resource)}


_IDENTITY = frozenset({"service.name", "service.namespace", "service.instance.id"})


def scope_labels(row: Mapping[str, object]) -> dict[str, str]:
    """Return the labels for the scope of a data point."""
    given = {
        "otel_scope_name": str(row["ScopeName"]),
        "otel_scope_version": str(row["ScopeVersion"]),
        "otel_scope_schema_url": str(row["ScopeSchemaUrl"]),
    }
    attributes = row["ScopeAttributes"]
    assert isinstance(attributes, Mapping)
    more = {f"otel_scope_{label}": value for label, value in to_labels(attributes.items()).items()}
    return {label: value for label, value in {**more, **given}.items() if value}
