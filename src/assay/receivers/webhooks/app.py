"""`POST /webhooks/<sender>`: verified, converted to events, and taken like all others."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from assay.core import metrics
from assay.core.config import Events, Webhooks
from assay.core.errors import AssayError, UnsupportedMediaType
from assay.core.signals import Signal
from assay.receivers.door import Door
from assay.receivers.event_form import read_events
from assay.receivers.events_app import parse_json, take, tell
from assay.receivers.http import JSON, MethodNotAllowed, Request, Response
from assay.receivers.webhooks import argocd, cdevents, generic, github, gitlab, jenkins, pagerduty
from assay.receivers.webhooks.forms import Convert, Form, Ignored
from assay.receivers.webhooks.signatures import Prove, any_of, authorize, bearer, signed, token

_OVERRIDES = {"service": "service.name", "environment": "deployment.environment.name", "team": "qms.team"}


@dataclass(frozen=True, slots=True)
class Sender:
    """How one sender proves who it is, where it tells the id of a delivery, and what its messages mean."""

    prove: Prove
    delivery_header: str
    convert: Convert


SENDERS: Mapping[str, Sender] = {
    "github": Sender(signed("x-hub-signature-256", "sha256"), "x-github-delivery", github.convert),
    "gitlab": Sender(token("x-gitlab-token"), "x-gitlab-event-uuid", gitlab.convert),
    "jenkins": Sender(bearer, "", jenkins.convert),
    "argocd": Sender(bearer, "", argocd.convert),
    "pagerduty": Sender(signed("x-pagerduty-signature", "v1"), "x-webhook-id", pagerduty.convert),
    "cdevents": Sender(bearer, "ce-id", cdevents.convert),
    "generic": Sender(any_of(signed("x-assay-signature", "sha256"), bearer), "x-assay-delivery", generic.convert),
}


class WebhookApp:
    """Take the messages of one sender through `door`.

    `?service=`, `?environment=` and `?team=` in the URL win over what the message says.
    """

    signal = Signal.LOGS
    own_encoding = ""

    def __init__(
        self, name: str, webhooks: Webhooks, events: Events, door: Door, clock: Callable[[], int] = time.time_ns
    ) -> None:
        self.door = door
        self._name = name
        self._sender = SENDERS[name]
        self._webhooks = webhooks
        self._events = events
        self._clock = clock

    async def handle(self, request: Request, body: bytes) -> Response:
        """Answer one message; what is no event of ours is acknowledged, so that its sender does not repeat it."""
        if request.method != "POST":
            raise MethodNotAllowed("method_not_allowed", f"{request.method} is not allowed here", "send a POST request")
        authorize(self._webhooks, self._name, self._sender.prove, request, body)
        if not (request.media_type == JSON or request.media_type.endswith("+json")):
            raise UnsupportedMediaType(
                "unsupported_media_type", f"Content-Type {request.media_type!r} is not supported", f"let it send {JSON}"
            )
        message = parse_json(body)
        try:
            forms = self._sender.convert(message, request.headers, request.parameters)
        except Ignored as ignored:
            metrics.IGNORED_WEBHOOKS.labels(self.door.source, ignored.reason).inc()
            told = {"accepted": 0, "ids": [], "ignored": ignored.reason}
            return Response(202, orjson.dumps(told), {"content-type": JSON})
        now = self._clock()
        events = read_events(self._complete(forms, request, body), self._events.environments, now, self.door.source)
        return await take(self.door, events, now)

    def tell(self, error: AssayError) -> Response:
        """Give the refusal as JSON."""
        return tell(self.door, error)

    def _complete(self, forms: list[Form], request: Request, body: bytes) -> list[Any]:
        """Add what the URL says, the id of the delivery, and to the first event the raw message."""
        told = {_OVERRIDES[name]: value for name, value in request.parameters.items() if name in _OVERRIDES and value}
        delivery = request.headers.get(self._sender.delivery_header, "")
        completed: list[Any] = []
        for index, form in enumerate(forms):
            if not isinstance(form, dict) or not isinstance(form.get("attributes", {}), dict):
                completed.append(form)  # refused with its reason by whoever reads it
                continue
            attributes = {**form.get("attributes", {}), **told, "qms.event.delivery_id": delivery}
            raw = form.get("body") or (body.decode("utf-8", "replace") if index == 0 else "")
            completed.append({**form, "attributes": attributes, "body": raw})
        return completed
