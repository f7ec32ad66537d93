"""aiohttp."""

import sys

from aiohttp import web
from shop import order


def answering(text):
    async def handle(request):
        return web.Response(text=text)

    return handle


async def orders(request):
    return web.Response(text=order(request.match_info["number"]))


app = web.Application()
app.router.add_get("/health", answering("ok"))
app.router.add_get("/metrics", answering("none"))
app.router.add_get("/healthcare", answering("care"))
app.router.add_get("/orders/{number}", orders)
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]))
