"""RabbitMQ by pika."""

from __future__ import annotations

import pika
from tests.peers.apps.orders import BODY, billing, placing, play

import assay_sdk


def place(address: str, queue: str, by_hand: bool) -> None:
    with pika.BlockingConnection(pika.URLParameters(address)) as connection:
        channel = connection.channel()
        channel.queue_declare(queue)
        with placing():
            properties = pika.BasicProperties(headers={"kind": "order"})
            channel.basic_publish("", queue, BODY, assay_sdk.inject_amqp(properties) if by_hand else properties)


def bill(address: str, queue: str, by_hand: bool) -> None:
    def handle(channel: object, method: object, properties: pika.BasicProperties, body: bytes) -> None:
        with billing(assay_sdk.extract_amqp(properties) if by_hand else None):
            assert body == BODY
        taking.stop_consuming()

    with pika.BlockingConnection(pika.URLParameters(address)) as connection:
        taking = connection.channel()
        taking.queue_declare(queue)
        taking.basic_consume(queue, handle, auto_ack=True)
        taking.start_consuming()


if __name__ == "__main__":
    play(place, bill)
