"""Flask."""

import os

import flask
from sdk.python.tests.apps.shop import order

app = flask.Flask(__name__)
app.add_url_rule("/health", "health", lambda: "ok")
app.add_url_rule("/metrics", "metrics", lambda: "none")
app.add_url_rule("/healthcare", "healthcare", lambda: "care")
app.add_url_rule("/orders/<number>", "orders", order)


@app.get("/pid")
def pid() -> str:
    return order(str(os.getpid()))
