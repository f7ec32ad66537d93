"""aiohttp."""

import sys

from aiohttp import web
from sdk.python.tests.apps.shop import order


async def health(request: web.Request) -> web.Response:
    return web.Response(text="ok")


async def orders(request: web.Request) -> web.Response:
    return web.Response(text=order(request.match_info["number"]))


app = web.Application()
for path in ("/health", "/metrics", "/healthcare"):
    app.router.add_get(path, health)
app.router.add_get("/orders/{number}", orders)

if __name__ == "__main__":
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]))
