"""A trace goes on through RabbitMQ, Kafka and hand-made envelopes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aio_pika
import pika
import pytest
from aiokafka.structs import ConsumerRecord as AioConsumerRecord
from hypothesis import given
from hypothesis import strategies as st
from kafka.consumer.fetcher import ConsumerRecord
from opentelemetry.context import Context
from opentelemetry.trace import get_current_span

from assay_sdk import (
    extract_amqp,
    extract_envelope,
    extract_kafka,
    inject_amqp,
    inject_envelope,
    inject_kafka,
    swallowed_errors,
    workflow,
)
from assay_sdk.testing import Captured

GARBAGE = st.recursive(
    st.none() | st.integers() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.just("traceparent"), inner),
)


def pika_round() -> Context:
    properties = inject_amqp(pika.BasicProperties(headers={"kind": "order"}))
    assert properties.headers["kind"] == "order"
    # What the broker passes on is what was encoded.
    received = pika.BasicProperties()
    received.decode(b"".join(properties.encode()))
    return extract_amqp(received)


def aio_pika_round() -> Context:
    message = inject_amqp(aio_pika.Message(b"{}", headers={"kind": "order"}))
    assert message.headers["kind"] == "order"
    return extract_amqp(message)


def kafka_python_round() -> Context:
    headers = inject_kafka([("kind", b"order")])
    assert headers[0] == ("kind", b"order")
    fields = dict.fromkeys(ConsumerRecord._fields)
    return extract_kafka(ConsumerRecord(**{**fields, "headers": headers}).headers)


def aiokafka_round() -> Context:
    fields = dict.fromkeys(AioConsumerRecord.__dataclass_fields__)
    return extract_kafka(AioConsumerRecord(**{**fields, "headers": tuple(inject_kafka())}).headers)


def envelope_round() -> Context:
    event = inject_envelope({"type": "order.placed", "traceHeaders": {"kept": "yes"}})
    assert event["traceHeaders"]["kept"] == "yes"
    return extract_envelope(event)


ROUNDS = [pika_round, aio_pika_round, kafka_python_round, aiokafka_round, envelope_round]


@pytest.mark.parametrize("send", ROUNDS)
def test_the_consumer_continues_the_trace_of_the_producer(send: Callable[[], Context], telemetry: Captured) -> None:
    """What the real types of each client carry leads back to the span in which the message was made."""
    with workflow("produced"):
        context = send()
    with workflow("consumed", parent=context):
        pass
    produced, consumed = telemetry.spans
    assert produced.context is not None
    assert consumed.parent is not None
    assert (consumed.parent.trace_id, consumed.parent.span_id) == (produced.context.trace_id, produced.context.span_id)


def test_a_message_that_is_passed_on_carries_the_new_context_only(telemetry: Captured) -> None:
    """Kafka keeps repeated keys, so the old context is replaced, whoever wrote it."""
    headers = [("TraceParent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), ("other", b"1")]
    with workflow("passed on"):
        written = inject_kafka(headers)
    assert [key.lower() for key, _ in written].count("traceparent") == 1
    assert ("other", b"1") in written


@given(GARBAGE)
def test_no_message_breaks_its_consumer(garbage: Any) -> None:
    """Headers of any shape give a context, at worst the current one."""
    for extract in (extract_amqp, extract_kafka, extract_envelope):
        assert isinstance(extract(garbage), Context | dict)


@pytest.mark.parametrize("inject", [inject_amqp, inject_kafka, inject_envelope])
def test_no_message_breaks_its_producer(inject: Callable[[Any], Any], telemetry: Captured) -> None:
    """What cannot carry a context is sent without one."""
    before = sum(swallowed_errors().values())
    with workflow("produced"):
        assert inject(7) == 7
    assert sum(swallowed_errors().values()) == before + 1


def test_bytes_in_headers_are_read(telemetry: Captured) -> None:
    """Some libraries give AMQP headers as bytes."""
    context = extract_amqp({b"traceparent": b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"})
    assert get_current_span(context).get_span_context().trace_id == 0x0AF7651916CD43DD8448EB211C80319C
