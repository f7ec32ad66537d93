from __future__ import annotations

import asyncio
import socket
import threading

import httpx
import pytest

from assay.api import create_app, serve_app
from assay.core import config
from assay.core.errors import Misconfigured
from assay.core.ports import Engine


async def test_it_answers_until_it_is_told_to_stop(engine: Engine) -> None:
    """The server says when it is ready, answers then, and ends by itself when told to stop."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    api = config.Api(port=port)
    stopping, ready = threading.Event(), asyncio.Event()
    serving = asyncio.create_task(serve_app(create_app(engine, api), api, stopping, ready.set))
    await asyncio.wait_for(ready.wait(), 10)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        assert (await client.get("/healthz")).status_code == 200
    stopping.set()
    await asyncio.wait_for(serving, 10)


async def test_a_taken_address_is_an_error_of_the_configuration(engine: Engine) -> None:
    """An address that is in use is named together with the key that chooses it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        api = config.Api(port=taken.getsockname()[1])
        with pytest.raises(Misconfigured) as caught:
            await serve_app(create_app(engine, api), api, threading.Event(), lambda: None)
    assert str(api.port) in caught.value.message
    assert "api.port" in caught.value.hint
