"""CDEvents: services that were deployed, upgraded or rolled back, and incidents; as CloudEvents over HTTP or plain.

Fields as in the CDEvents specification 0.4 and 0.5 (continuous deployment and continuous operations) and its HTTP binding.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assay.receivers.webhooks.forms import Form, Ignored, form, need, part, text

_DEPLOYMENTS = {"deployed": None, "upgraded": None, "rolledback": "rollback"}
_INCIDENTS = {"detected": "opened", "reported": "opened", "resolved": "resolved"}


def convert(message: Any, headers: Mapping[str, str], parameters: Mapping[str, str]) -> list[Form]:
    """Make an event of a CDEvent: the body itself, the data of a CloudEvent, or one of a batch of CloudEvents."""
    if isinstance(message, list):
        forms: list[Form] = []
        for each in message:
            try:
                forms += convert(each, headers, parameters)
            except Ignored:
                continue
        if not forms:
            raise Ignored("unknown_kind")
        return forms
    told = part(message, "data") if part(message, "specversion") and part(message, "data") else message
    _, _, kind = text(told, "context", "type").partition("dev.cdevents.")
    subject, _, rest = kind.partition(".")
    predicate = rest.partition(".")[0]
    if subject == "service" and predicate in _DEPLOYMENTS:
        return [_deployment(told, _DEPLOYMENTS[predicate])]
    if subject == "incident" and predicate in _INCIDENTS:
        return [_incident(told, _INCIDENTS[predicate])]
    raise Ignored("unknown_kind")


def _deployment(told: Any, kind: str | None) -> Form:
    content = part(told, "subject", "content")
    artifact = text(content, "artifactId")
    attributes = {
        "service.name": _last(need(told, "subject", "id")),
        # pkg:oci/orders@sha256%3A…?tag=2.4.1: the version is a tag, or what follows @
        "service.version": _version(artifact),
        "deployment.id": f"cdevents/{need(told, 'context', 'id')}",
        "deployment.status": "succeeded",
        "deployment.environment.name": _environment(content),
        "qms.deployment.kind": kind,
        **_custom(told),
    }
    return form("qms.deployment.finished", need(told, "context", "timestamp"), attributes)


def _incident(told: Any, state: str) -> Form:
    content = part(told, "subject", "content")
    attributes = {
        "service.name": _last(text(content, "service", "id")),
        "deployment.environment.name": _environment(content),
        "qms.incident.id": need(told, "subject", "id"),
        "qms.incident.title": text(content, "description"),
        "qms.incident.url": text(content, "ticketURI") or text(content, "uri"),
        "qms.incident.cause.deployment_ids": _causes(told) if state == "opened" else [],
        **_custom(told),
    }
    return form(f"qms.incident.{state}", need(told, "context", "timestamp"), attributes)


def _environment(content: Any) -> str:
    return text(content, "environment", "name") or _last(text(content, "environment", "id"))


def _last(identifier: str) -> str:
    return identifier.rstrip("/").rpartition("/")[2]


def _version(artifact: str) -> str:
    path, _, qualifiers = artifact.partition("?")
    tags = [value for name, _, value in (each.partition("=") for each in qualifiers.split("&")) if name == "tag"]
    return tags[0] if tags else path.rpartition("@")[2] if "@" in path else ""


def _causes(told: Any) -> list[str]:
    """Return the deployments that the links of an incident lead to."""
    found = []
    for link in part(told, "context", "links") or []:
        target = text(link, "from", "contextId") or text(link, "target", "contextId")
        if target:
            found.append(f"cdevents/{target}")
    return found


def _custom(told: Any) -> Form:
    """Return the attributes of ours that the sender put into customData."""
    custom = part(told, "customData")
    if not isinstance(custom, dict):
        return {}
    return {key: value for key, value in custom.items() if key.startswith(("qms.", "vcs.", "service.", "deployment."))}
