"""Who sent a request: X-User-ID and X-Session-ID become span attributes in Django, Flask, FastAPI and aiohttp."""

from __future__ import annotations

import functools
from collections.abc import Callable
from importlib import import_module
from typing import Any

from opentelemetry.trace import Span

from assay_sdk.failures import guarded

USER_HEADER, USER_ATTRIBUTE = "X-User-ID", "qms.request.user_id"
SESSION_HEADER, SESSION_ATTRIBUTE = "X-Session-ID", "qms.request.session_id"
_MAX_CHARACTERS = 256

_HEADERS = ((USER_HEADER, USER_ATTRIBUTE), (SESSION_HEADER, SESSION_ATTRIBUTE))
_WSGI_KEYS = [(f"HTTP_{header.upper().replace('-', '_')}", attribute) for header, attribute in _HEADERS]
_ASGI_NAMES = {header.lower().encode(): attribute for header, attribute in _HEADERS}


def hooks_for(instrumentation: str) -> dict[str, Any]:
    """Return the arguments that give an instrumentation, named as its entry point, its hook; empty for those without one."""
    return dict(_HOOKS.get(instrumentation, {}))


def instrumented(instrumentation: str) -> None:
    """Add the hook after the fact where the instrumentation takes none."""
    if instrumentation == "aiohttp-server":
        _hook_aiohttp()


@guarded("the request hook")
def set_from_wsgi(span: Span, environ: Any) -> None:
    """Set the attributes from a WSGI environment: the `request_hook` of Flask."""
    _set(span, [(attribute, environ.get(key)) for key, attribute in _WSGI_KEYS])


@guarded("the request hook")
def set_from_django(span: Span, request: Any) -> None:
    """Set the attributes from a Django request, WSGI or ASGI: the `request_hook` of Django."""
    # The path, as its instrumentation leaves it out where it writes the stable names.
    _set(span, [("url.path", request.path), *((attribute, request.META.get(key)) for key, attribute in _WSGI_KEYS)])


@guarded("the request hook")
def set_from_asgi(span: Span, scope: Any) -> None:
    """Set the attributes from an ASGI scope: the `server_request_hook` of FastAPI."""
    if span.is_recording():
        found = [(_ASGI_NAMES.get(name), value) for name, value in scope.get("headers", ())]
        _set(span, [(attribute, value.decode("latin-1")) for attribute, value in found if attribute])


@guarded("the request hook")
def from_aiohttp(request: Any) -> dict[str, str]:
    """Return the attributes of an aiohttp request."""
    found = ((attribute, request.headers.get(header)) for header, attribute in _HEADERS)
    return {attribute: value[:_MAX_CHARACTERS] for attribute, value in found if value}


def _set(span: Span, found: list[tuple[str, str | None]]) -> None:
    for attribute, value in found:
        if value:
            span.set_attribute(attribute, value[:_MAX_CHARACTERS])


_HOOKS: dict[str, dict[str, Callable[[Span, Any], None]]] = {
    "django": {"request_hook": set_from_django},
    "fastapi": {"server_request_hook": set_from_asgi},
    "flask": {"request_hook": set_from_wsgi},
}


@guarded("the request hook of aiohttp")
def _hook_aiohttp() -> None:
    # The instrumentation takes no hook; this is the place where it asks for attributes from the headers of a recorded request.
    module = import_module("opentelemetry.instrumentation.aiohttp_server")
    original = module.collect_request_headers_attributes
    if getattr(original, "assay", False):
        return

    @functools.wraps(original)
    def collect(request: Any) -> dict[str, Any]:
        return {**original(request), **(from_aiohttp(request) or {})}

    collect.assay = True  # type: ignore[attr-defined]  # marks ours, so that it is put there once
    module.collect_request_headers_attributes = collect  # type: ignore[attr-defined]
