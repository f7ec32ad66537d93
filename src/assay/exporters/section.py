"""The section `exporters:` of the configuration: what there is to send to, and what is wrong with what stands there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from assay.core.errors import InvalidInput, Misconfigured
from assay.core.lines import find_line
from assay.core.ports import Engine
from assay.core.refusals import refuse, refuse_unknown
from assay.exporters.console import Console
from assay.exporters.destination import Destination
from assay.exporters.elasticsearch import Elasticsearch
from assay.exporters.fluent_forward import FluentForward
from assay.exporters.jaeger import Jaeger, JaegerThrift
from assay.exporters.otlp_grpc import OtlpGrpc
from assay.exporters.otlp_http import OtlpHttp
from assay.exporters.prometheus import Prometheus, PrometheusRemoteWrite
from assay.exporters.settings import Settings, describe
from assay.exporters.source import Source
from assay.exporters.statsd import Statsd
from assay.exporters.zipkin import Zipkin

DESTINATIONS: dict[str, type[Destination[Any]]] = {
    "otlp/grpc": OtlpGrpc,
    "otlp/http": OtlpHttp,
    "console": Console,
    "prometheus": Prometheus,
    "prometheus/remote_write": PrometheusRemoteWrite,
    "zipkin": Zipkin,
    "jaeger": Jaeger,
    "jaeger/thrift": JaegerThrift,
    "elasticsearch": Elasticsearch,
    "fluent/forward": FluentForward,
    "statsd": Statsd,
}
"""Kinds of destinations by the `type` in the configuration."""


def parse(given: Mapping[str, Any], path: Path | None = None) -> dict[str, Settings]:
    """Read the section, by the name of each.

    Raises:
        Misconfigured: an option is unknown, missing or wrong; the message says where, with the line if `path` is the file.
    """
    try:
        return {name: _read(name, options) for name, options in given.items()}
    except InvalidInput as error:
        raise _locate(error, path) from error


def validate(settings: Mapping[str, Settings], engine: Engine, path: Path | None = None) -> None:
    """Ask the engine whether it understands every condition.

    Raises:
        Misconfigured: it refuses one; the message says where, as that of `parse`.
    """
    try:
        for name, each in settings.items():
            for signal in each.signals or DESTINATIONS[each.type].signals:
                Source(engine, signal, each, lambda _signal: 0).validate(name)
    except InvalidInput as error:
        raise _locate(error, path) from error


def json_schema() -> dict[str, Any]:
    """Return the JSON schema of the section, for editors, with what it refers to under `$defs`."""
    definitions: dict[str, Any] = {}
    kinds = []
    for name, kind in DESTINATIONS.items():
        schema = kind.settings.model_json_schema()
        definitions |= schema.pop("$defs", {})
        schema["title"], schema["description"] = name, (kind.__doc__ or "").partition("\n")[0]
        schema["properties"]["type"]["const"] = name
        kinds.append(schema)
    return {"type": "object", "additionalProperties": {"oneOf": kinds}, "$defs": definitions}


def _locate(error: InvalidInput, path: Path | None) -> Misconfigured:
    at = error.message.partition(": ")[0]
    line = find_line(path.read_text("utf-8"), f"exporters.{at}") if path else None
    place = f"{path}:{line}: " if line else ""
    return Misconfigured(error.code, f"{place}exporters.{error.message}", error.hint)


def _read(name: str, options: Any) -> Settings:
    kind = options.get("type") if isinstance(options, Mapping) else None
    if kind not in DESTINATIONS:
        raise refuse("exporter_invalid", f"{name}.type", f"{kind!r} is no destination", f"known are {', '.join(DESTINATIONS)}")
    if not name.replace("-", "").replace("_", "").isalnum():
        raise refuse("exporter_invalid", name, "a name has letters, digits, - and _", "such as collector-2")
    refuse_unknown("exporter_invalid", options, tuple(DESTINATIONS[kind].settings.model_fields), name)
    try:
        return DESTINATIONS[kind].settings(**options)
    except ValidationError as error:
        at, reason = describe(error)
        raise refuse("exporter_invalid", f"{name}.{at}", reason, "docs/exporting.md lists the options") from error
