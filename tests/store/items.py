"""What a request says, item by item, in the form in which the store can be compared with it (docs/formats/tables.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from google.protobuf.message import Message

_LEVELS = (
    ("resource_spans", "scope_spans", "spans"),
    ("resource_logs", "scope_logs", "log_records"),
    ("resource_metrics", "scope_metrics", "metrics"),
)
_ATTRIBUTES = ("attributes", "filtered_attributes", "metadata")


def items(request: Message) -> Counter[tuple[str, ...]]:
    """Count the items of a request, each as the text of its resource, its scope, its metric if it has one, and itself."""
    return Counter(tuple(str(message) for message in path) for path in _paths(normalized(request)))


def normalized(request: Message) -> Message:
    """Return a copy in which what the tables do not tell apart is the same."""
    copy = type(request)()
    copy.CopyFrom(request)
    _normalize(copy)
    return copy


def _normalize(message: Any) -> None:
    for field, value in list(message.ListFields()):
        if field.type != field.TYPE_MESSAGE:
            continue
        if field.is_repeated:
            for element in value:
                _normalize(element)
            if field.name in _ATTRIBUTES:
                value.sort(key=lambda attribute: (attribute.key, attribute.SerializeToString()))
        else:
            _normalize(value)
            if not value.ByteSize() and field.containing_oneof is None:
                message.ClearField(field.name)


def _paths(request: Any) -> Iterator[tuple[Message, ...]]:
    for resources, scopes, leaves in _LEVELS:
        for resource in getattr(request, resources, ()):
            for scope in getattr(resource, scopes):
                for item in getattr(scope, leaves):
                    for path in _points(item) if leaves == "metrics" else [(item,)]:
                        yield _without(resource, scopes), _without(scope, leaves), *path


def _points(metric: Any) -> Iterator[tuple[Message, ...]]:
    kind = metric.WhichOneof("data")
    head = type(metric)()
    head.CopyFrom(metric)
    if kind:
        getattr(head, kind).ClearField("data_points")
        for point in getattr(metric, kind).data_points:
            yield head, point


def _without(message: Any, field: str) -> Message:
    copy: Message = type(message)()
    copy.CopyFrom(message)
    copy.ClearField(field)
    return copy
