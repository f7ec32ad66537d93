"""A service that asks the next one, if NEXT names it, and otherwise tells the headers that it was asked with."""

from __future__ import annotations

import os
from typing import Any

import flask
import requests

app = flask.Flask(__name__)


@app.get("/health")
def health() -> str:
    return "ok"


@app.get("/order")
def order() -> Any:
    if "NEXT" in os.environ:
        return requests.get(f"{os.environ['NEXT']}/order", timeout=10).json()
    return dict(flask.request.headers)
