"""Kafka by aiokafka."""

from __future__ import annotations

import asyncio

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from tests.peers.apps.orders import BODY, billing, placing, play

import assay_sdk


async def place(address: str, topic: str, by_hand: bool) -> None:
    async with AIOKafkaProducer(bootstrap_servers=address) as producer:
        with placing():
            headers = [("kind", b"order")]
            await producer.send_and_wait(topic, BODY, headers=assay_sdk.inject_kafka(headers) if by_hand else headers)


async def bill(address: str, topic: str, by_hand: bool) -> None:
    async with AIOKafkaConsumer(topic, bootstrap_servers=address, group_id=topic, auto_offset_reset="earliest") as consumer:
        message = await consumer.getone()
        with billing(assay_sdk.extract_kafka(message.headers) if by_hand else None):
            assert message.value == BODY


if __name__ == "__main__":
    asyncio.run(play(place, bill))
