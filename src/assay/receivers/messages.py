"""Protobuf messages of other projects, of which only the fields that are read are named here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

Fields = Mapping[str, tuple[int, str]]


def define(package: str, messages: Mapping[str, Fields]) -> dict[str, Any]:
    """Make the classes of messages from their fields: name to number and type.

    A type is a scalar of protobuf's language or the name of another of the messages, after `repeated` if there are many. An
    enum is an `int32`; `optional` before a scalar tells unset from 0. Repeated scalars are read packed and unpacked.
    """
    file = FileDescriptorProto(name=f"{package}.proto", package=package, syntax="proto3")
    for name, fields in messages.items():
        message = file.message_type.add(name=name)
        for field, (number, told) in fields.items():
            words = told.split()
            added = message.field.add(name=field, number=number, label=_LABELS.get(words[0], _OPTIONAL))
            if words[-1] in messages:
                added.type, added.type_name = FieldDescriptorProto.TYPE_MESSAGE, f".{package}.{words[-1]}"
            else:
                added.type = FieldDescriptorProto.Type.Value(f"TYPE_{words[-1].upper()}")
            if words[0] == "optional":
                added.proto3_optional = True
                added.oneof_index = len(message.oneof_decl)
                message.oneof_decl.add(name=f"_{field}")
    pool = DescriptorPool()
    pool.Add(file)
    return {name: GetMessageClass(pool.FindMessageTypeByName(f"{package}.{name}")) for name in messages}


_OPTIONAL = FieldDescriptorProto.LABEL_OPTIONAL
_LABELS = {"repeated": FieldDescriptorProto.LABEL_REPEATED}
