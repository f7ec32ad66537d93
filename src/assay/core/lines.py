"""Where in a YAML file something stands, so that an error can say its line."""

from __future__ import annotations

import re

import yaml

_PART = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def find_line(text: str, path: str) -> int | None:
    """Return the line, from 1, on which `path` stands, or the nearest part of it that is there.

    None if not even the first part is. A path is written as in `sampling.policies[2].latency`; a key with dots in it is found
    too.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return None
    return _descend(node, path, None)


def _descend(node: yaml.Node | None, path: str, line: int | None) -> int | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if path == key.value or path.startswith((key.value + ".", key.value + "[")):
                return _descend(value, path[len(key.value) :].lstrip("."), key.start_mark.line + 1)
    elif isinstance(node, yaml.SequenceNode) and (match := _PART.match(path)) and match[2]:
        index = int(match[2])
        if index < len(node.value):
            element = node.value[index]
            return _descend(element, path[match.end() :].lstrip("."), element.start_mark.line + 1)
    return line
