"""Trace context in messages: RabbitMQ headers, Kafka headers, and envelopes made by hand.

Each `inject_…` writes the context of the current span, each `extract_…` returns the context that a message came with, to be
given as `parent` to an operation or as `context` to `tracer.start_as_current_span`. A message without context, or with a
broken one, gives the current context.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias, TypeVar

from opentelemetry import propagate
from opentelemetry.context import Context, get_current
from opentelemetry.propagators.textmap import Getter, Setter

from assay_sdk.failures import swallow

KafkaHeaders: TypeAlias = list[tuple[str, bytes]]
M = TypeVar("M")

ENVELOPE_KEY = "traceHeaders"
"""Where the guidelines' envelopes keep the headers."""


def inject_amqp(message: M) -> M:
    """Write into the `headers` of `message` and return it: `pika.BasicProperties`, `aio_pika.Message`, or anything alike."""
    try:
        headers = dict(message.headers or {})  # type: ignore[attr-defined]  # the two libraries share no type
        propagate.inject(headers)
        message.headers = headers  # type: ignore[attr-defined]  # as above
    except Exception as error:
        swallow("writing the context into a message", error)
    return message


def extract_amqp(message: Any) -> Context:
    """Read from the `headers` of `pika.BasicProperties`, `aio_pika.IncomingMessage`, or from a mapping of headers."""
    headers = message if isinstance(message, Mapping) else getattr(message, "headers", None)
    return _extract(headers or {}, _Amqp())


def inject_kafka(headers: Iterable[tuple[str, bytes]] | None = None) -> KafkaHeaders:
    """Return `headers` with the context, replacing any, as kafka-python, aiokafka and confluent-kafka take them."""
    try:
        written = list(headers or ())
        propagate.inject(written, setter=_KAFKA_SETTER)
    except Exception as error:
        swallow("writing the context into a message", error)
        return headers  # type: ignore[return-value]  # what we cannot read is not ours to change
    return written


def extract_kafka(headers: Any) -> Context:
    """Read from Kafka headers: a sequence of (text, bytes), or None, as `message.headers()` and `record.headers` give them."""
    return _extract(headers or (), _Kafka())


def inject_envelope(event: Mapping[str, Any], key: str = ENVELOPE_KEY) -> dict[str, Any]:
    """Return a copy of an event with the context under `key`."""
    try:
        headers: dict[str, str] = {}
        propagate.inject(headers)
        return {**event, key: {**(event.get(key) or {}), **headers}}
    except Exception as error:
        swallow("writing the context into a message", error)
        return event  # type: ignore[return-value]  # what we cannot read is not ours to change


def extract_envelope(event: Mapping[str, Any], key: str = ENVELOPE_KEY) -> Context:
    """Read from an event that `inject_envelope`, or any service by the guidelines, has written."""
    headers = event.get(key) if isinstance(event, Mapping) else None
    return _extract(headers if isinstance(headers, Mapping) else {}, _Amqp())


def _extract(carrier: Any, getter: Getter[Any]) -> Context:
    try:
        return propagate.extract(carrier, getter=getter)
    except Exception as error:
        swallow("reading the context of a message", error)
        return get_current()


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes | bytearray) else str(value)


class _Amqp(Getter[Mapping[str, Any]]):
    """Headers as a mapping; values are texts, or bytes where the sender's library writes them so. Capitals do not matter."""

    def get(self, carrier: Mapping[str, Any], key: str) -> list[str] | None:
        found = [_text(value) for name, value in carrier.items() if _text(name).lower() == key.lower() and value is not None]
        return found or None

    def keys(self, carrier: Mapping[str, Any]) -> list[str]:
        return [_text(name) for name in carrier]


class _Kafka(Getter[Iterable[tuple[str, Any]]]):
    """Headers as pairs; where a key repeats, the last one counts, as it was added last."""

    def get(self, carrier: Iterable[tuple[str, Any]], key: str) -> list[str] | None:
        found = [_text(value) for name, value in carrier if _text(name).lower() == key.lower() and value is not None]
        return found[-1:] or None

    def keys(self, carrier: Iterable[tuple[str, Any]]) -> list[str]:
        return [_text(name) for name, _ in carrier]


class _KafkaSetter(Setter[KafkaHeaders]):
    def set(self, carrier: KafkaHeaders, key: str, value: str) -> None:
        carrier[:] = [pair for pair in carrier if pair[0].lower() != key.lower()]
        carrier.append((key, value.encode()))


_KAFKA_SETTER = _KafkaSetter()
