"""Protobuf messages of other projects, of which only the fields that are used are named here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass


def define(package: str, messages: Mapping[str, str]) -> dict[str, Any]:
    """Make the classes of messages from texts such as `1 string name, 2 Label* labels, 3 uint64? count`.

    A type is a scalar of protobuf's language or another of the messages, with `*` if there are many and `?` if a scalar that
    was not sent is to be told from 0. An enum is an `int32`. Texts that are not UTF-8 make a message unreadable.
    """
    file = FileDescriptorProto(name=f"{package}.proto", package=package, syntax="proto3")
    for name, fields in messages.items():
        message = file.message_type.add(name=name)
        for text in fields.split(","):
            number, kind, field = text.split()
            label = FieldDescriptorProto.LABEL_REPEATED if kind.endswith("*") else FieldDescriptorProto.LABEL_OPTIONAL
            added = message.field.add(name=field, number=int(number), label=label)
            if kind.endswith("?"):
                added.proto3_optional, added.oneof_index = True, len(message.oneof_decl)
                message.oneof_decl.add(name=f"_{field}")
            kind = kind.rstrip("*?")
            if kind in messages:
                added.type, added.type_name = FieldDescriptorProto.TYPE_MESSAGE, f".{package}.{kind}"
            else:
                added.type = FieldDescriptorProto.Type.Value(f"TYPE_{kind.upper()}")
    pool = DescriptorPool()
    pool.Add(file)
    return {name: GetMessageClass(pool.FindMessageTypeByName(f"{package}.{name}")) for name in messages}
