"""What sections of the configuration are made of."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

_UNITS = {"": 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}


def _parse_bytes(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    number = value.rstrip("BKMGTi ")
    unit = value[len(number) :].strip()
    if unit not in _UNITS or not number.replace(".", "", 1).isdigit():
        raise ValueError(f"{value!r} is no size; write a number of bytes or such as 64MiB or 2GiB")
    return int(float(number) * _UNITS[unit])


Bytes = Annotated[
    int,
    BeforeValidator(_parse_bytes),
    Field(gt=0),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "exclusiveMinimum": 0},
                {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?( ?([KMGT]i)?B)?$"},
            ]
        }
    ),
]
Port = Annotated[int, Field(ge=0, le=65535)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)
