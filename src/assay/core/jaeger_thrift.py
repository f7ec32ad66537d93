"""The structures of Jaeger's Thrift protocol: jaegertracing/jaeger-idl, thrift/jaeger.thrift.

They are read and written by the protocols of the `thrift` library: `struct.write(protocol)`, `struct.read(protocol)`. A field
that is None is not written, and one that did not come is None.
"""

from __future__ import annotations

from typing import Any, ClassVar

from thrift.protocol.TBase import TBase
from thrift.Thrift import TType

STRING, DOUBLE, BOOL, LONG, BINARY = range(5)
"""Types of tags."""
CHILD_OF, FOLLOWS_FROM = range(2)
"""Types of references."""

_TEXT, _BYTES, _LONG, _INT = (TType.STRING, "UTF8"), (TType.STRING, "BINARY"), (TType.I64, None), (TType.I32, None)


def _many(kind: type[Struct]) -> tuple[int, Any]:
    return TType.LIST, (TType.STRUCT, [kind, kind.thrift_spec], False)


def _one(kind: type[Struct]) -> tuple[int, Any]:
    return TType.STRUCT, [kind, kind.thrift_spec]


def _spec(**fields: tuple[int, Any]) -> tuple[Any, ...]:
    """Number the fields from 1, in their order, as the library has them."""
    return (None, *((number, kind, name, more, None) for number, (name, (kind, more)) in enumerate(fields.items(), 1)))


class Struct(TBase):  # type: ignore[misc] # the library has no types
    """A structure with the fields of its `thrift_spec`."""

    thrift_spec: ClassVar[tuple[Any, ...]] = (None,)

    def __init__(self, **fields: Any) -> None:
        for field in self.thrift_spec[1:]:
            setattr(self, field[2], fields.get(field[2]))


class Tag(Struct):
    thrift_spec = _spec(
        key=_TEXT, vType=_INT, vStr=_TEXT, vDouble=(TType.DOUBLE, None), vBool=(TType.BOOL, None), vLong=_LONG, vBinary=_BYTES
    )


class Log(Struct):
    thrift_spec = _spec(timestamp=_LONG, fields=_many(Tag))


class SpanRef(Struct):
    thrift_spec = _spec(refType=_INT, traceIdLow=_LONG, traceIdHigh=_LONG, spanId=_LONG)


class Span(Struct):
    thrift_spec = _spec(
        traceIdLow=_LONG, traceIdHigh=_LONG, spanId=_LONG, parentSpanId=_LONG, operationName=_TEXT, references=_many(SpanRef),
        flags=_INT, startTime=_LONG, duration=_LONG, tags=_many(Tag), logs=_many(Log),
    )  # fmt: skip


class Process(Struct):
    thrift_spec = _spec(serviceName=_TEXT, tags=_many(Tag))


class Batch(Struct):
    thrift_spec = _spec(process=_one(Process), spans=_many(Span))
