"""Django."""

import signal
import sys
from wsgiref.simple_server import make_server

from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path
from sdk.python.tests.apps.shop import order


def orders(request: HttpRequest, number: str) -> HttpResponse:
    return HttpResponse(order(number))


urlpatterns = [
    path("health", lambda request: HttpResponse("ok")),
    path("metrics", lambda request: HttpResponse("none")),
    path("healthcare", lambda request: HttpResponse("care")),
    path("orders/<str:number>", orders),
]

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    make_server("127.0.0.1", int(sys.argv[1]), get_wsgi_application()).serve_forever(0.05)
