"""What values are measured in: shares, times, rates and sizes, each in one unit inside and in the fitting one for people."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FACTORS: dict[str, dict[str, float]] = {
    "share": {"%": 0.01},
    "time": {
        "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0,
    },
    "rate": {"/s": 1.0, "/m": 1 / 60, "/min": 1 / 60, "/h": 1 / 3600, "/d": 1 / 86400, "/day": 1 / 86400, "/week": 1 / 604800},
    "size": {
        "B": 1.0, "By": 1.0, "KiB": 1024.0, "KiBy": 1024.0, "MiB": 1024.0**2, "MiBy": 1024.0**2, "GiB": 1024.0**3,
        "GiBy": 1024.0**3, "kB": 1e3, "kBy": 1e3, "MB": 1e6, "MBy": 1e6, "GB": 1e9, "GBy": 1e9,
    },
}  # fmt: skip
_EXAMPLES = {"share": "1%", "time": "500ms", "rate": "5/s", "size": "64MiB", "number": "100"}
_SHOWN = {
    "time": (("h", 3600.0), ("min", 60.0), ("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9)),
    "size": (("GiB", 1024.0**3), ("MiB", 1024.0**2), ("KiB", 1024.0)),
}
_DURATION = re.compile(r"(\d+(?:\.\d+)?) ?([a-zµ]+)")


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a value is: a `share` of 1, a `time` in seconds, a `rate` per second, a `size` in bytes, or a plain `number`."""

    dimension: str

    @property
    def example(self) -> str:
        return _EXAMPLES[self.dimension]

    def read(self, number: float, unit: str) -> float:
        """Return the value inside that `number` and `unit` stand for.

        Raises:
            ValueError: the unit is missing or none of this quantity; the message says which there are.
        """
        known = _FACTORS.get(self.dimension, {})
        if unit in known:
            return number * known[unit]
        if not unit and (self.dimension == "number" or number == 0):
            return number
        what = f"a {self.dimension}" if self.dimension != "number" else "a plain number"
        said = f"{unit!r} is no unit of {what}" if unit else f"{number:g} has no unit, and this is {what}"
        raise ValueError(said)

    def show(self, value: float) -> str:
        """Return a value inside as people write it."""
        if self.dimension == "share":
            return f"{100 * value:.4g}%"
        if self.dimension == "rate":
            return f"{value:.4g}/s" if value == 0 or abs(value) >= 0.01 else f"{value * 86400:.4g}/day"
        for unit, size in _SHOWN.get(self.dimension, ()):
            if abs(value) >= size:
                return f"{value / size:.4g}{unit}"
        return f"{value:.6g}{'s' if self.dimension == 'time' else 'B' if self.dimension == 'size' else ''}"


def quantity_of(unit: str) -> tuple[Quantity, float]:
    """Return what a value in `unit` is, and by what it is multiplied to be one inside; units that are not known are plain."""
    for dimension, known in _FACTORS.items():
        if unit in known:
            return Quantity(dimension), known[unit]
    return Quantity("number"), 1.0


def parse_window(text: str) -> int:
    """Return the seconds of a duration such as `15m`.

    Raises:
        ValueError: it is none, or not whole minutes.
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None or match[2] not in _FACTORS["time"]:
        raise ValueError(f"{text!r} is no duration")
    seconds = float(match[1]) * _FACTORS["time"][match[2]]
    if seconds < 60 or seconds % 60:
        raise ValueError(f"{text!r} is not of whole minutes")
    return int(seconds)
