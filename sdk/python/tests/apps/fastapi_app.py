"""FastAPI."""

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from sdk.python.tests.apps.shop import order

app = FastAPI(default_response_class=PlainTextResponse)


@app.get("/health")
async def health() -> str:
    return "ok"


@app.get("/metrics")
async def metrics() -> str:
    return "none"


@app.get("/healthcare")
async def healthcare() -> str:
    return "care"


@app.get("/orders/{number}")
async def orders(number: str) -> str:
    return order(number)
