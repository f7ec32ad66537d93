"""Kafka by kafka-python."""

from __future__ import annotations

from kafka import KafkaConsumer, KafkaProducer
from tests.peers.apps.orders import BODY, billing, placing, play

import assay_sdk


def place(address: str, topic: str, by_hand: bool) -> None:
    producer = KafkaProducer(bootstrap_servers=address)
    with placing():
        headers = [("kind", b"order")]
        producer.send(topic, BODY, headers=assay_sdk.inject_kafka(headers) if by_hand else headers).get(30)
    producer.close()


def bill(address: str, topic: str, by_hand: bool) -> None:
    consumer = KafkaConsumer(topic, bootstrap_servers=address, group_id=topic, auto_offset_reset="earliest")
    message = next(consumer)
    with billing(assay_sdk.extract_kafka(message.headers) if by_hand else None):
        assert message.value == BODY
    consumer.close()


if __name__ == "__main__":
    play(place, bill)
