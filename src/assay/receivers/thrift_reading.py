"""Structs of Thrift from bytes that anybody may have sent, decoded by Apache Thrift's own C code.

It bounds what hostile bytes can do: how deep values nest, and that no string and no list claims to be longer than the message.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thrift.protocol.TBinaryProtocol import TBinaryProtocolAccelerated
from thrift.protocol.TCompactProtocol import TCompactProtocolAccelerated
from thrift.protocol.TProtocol import TProtocolException
from thrift.Thrift import TException
from thrift.transport.TTransport import TMemoryBuffer

from assay.core.errors import InvalidInput

BINARY = TBinaryProtocolAccelerated
COMPACT = TCompactProtocolAccelerated


def read_struct(kind: Any, data: bytes, encoding: Any) -> Any:
    """Read a struct of the class `kind`; raises InvalidInput."""
    return _guard(lambda protocol: _read(kind, protocol), data, encoding)


def read_call(methods: Mapping[str, Any], data: bytes, encoding: Any) -> Any:
    """Read a call of one of the `methods`, each with the class of its arguments; raises InvalidInput."""

    def read(protocol: Any) -> Any:
        method, _, _ = protocol.readMessageBegin()
        if method not in methods:
            raise InvalidInput("bad_thrift", f"{method[:100]!r} is no method that is known", f"call {', '.join(methods)}")
        return _read(methods[method], protocol)

    return _guard(read, data, encoding)


def _read(kind: Any, protocol: Any) -> Any:
    found = kind()
    found.read(protocol)
    return found


def _guard(read: Any, data: bytes, encoding: Any) -> Any:
    protocol = encoding(TMemoryBuffer(data), string_length_limit=len(data), container_length_limit=len(data))
    try:
        return read(protocol)
    except (TException, TProtocolException, EOFError, OverflowError, TypeError, ValueError) as error:
        reason = "a string in it is not UTF-8" if isinstance(error, UnicodeError) else "it is cut off or damaged"
        raise InvalidInput(
            "bad_thrift", f"the message is not what Thrift can read: {reason}", "check the protocol that the client is set to"
        ) from error
