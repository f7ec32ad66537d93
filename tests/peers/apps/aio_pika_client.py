"""RabbitMQ by aio-pika."""

from __future__ import annotations

import asyncio

import aio_pika
from aio_pika.abc import AbstractIncomingMessage
from tests.peers.apps.orders import BODY, billing, placing, play

import assay_sdk


async def place(address: str, queue: str, by_hand: bool) -> None:
    async with await aio_pika.connect(address) as connection:
        channel = await connection.channel()
        await channel.declare_queue(queue)
        with placing():
            message = aio_pika.Message(BODY, headers={"kind": "order"})
            await channel.default_exchange.publish(assay_sdk.inject_amqp(message) if by_hand else message, queue)


async def bill(address: str, queue: str, by_hand: bool) -> None:
    done = asyncio.Event()

    async def handle(message: AbstractIncomingMessage) -> None:
        async with message.process():
            with billing(assay_sdk.extract_amqp(message) if by_hand else None):
                assert message.body == BODY
        done.set()

    async with await aio_pika.connect(address) as connection:
        channel = await connection.channel()
        declared = await channel.declare_queue(queue)
        await declared.consume(handle)
        await done.wait()


if __name__ == "__main__":
    asyncio.run(play(place, bill))
