"""Kafka by confluent-kafka."""

from __future__ import annotations

import confluent_kafka
from tests.peers.apps.orders import BODY, billing, placing, play

import assay_sdk


def place(address: str, topic: str, by_hand: bool) -> None:
    producer = confluent_kafka.Producer({"bootstrap.servers": address})
    with placing():
        headers = [("kind", b"order")]
        producer.produce(topic, BODY, headers=list(assay_sdk.inject_kafka(headers) if by_hand else headers))
    assert producer.flush(30) == 0


def bill(address: str, topic: str, by_hand: bool) -> None:
    consumer = confluent_kafka.Consumer({"bootstrap.servers": address, "group.id": topic, "auto.offset.reset": "earliest"})
    consumer.subscribe([topic])
    message = consumer.poll(60)
    assert message is not None
    with billing(assay_sdk.extract_kafka(message.headers()) if by_hand else None):
        assert message.value() == BODY
    consumer.close()


if __name__ == "__main__":
    play(place, bill)
