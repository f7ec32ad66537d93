"""PagerDuty: incidents, from webhooks of version 3.

Fields as in developer.pagerduty.com/docs/webhooks-overview.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assay.receivers.webhooks.forms import Form, Ignored, form, need, order, part, text


def convert(message: Any, headers: Mapping[str, str], parameters: Mapping[str, str]) -> list[Form]:
    """Make events of an incident that was triggered, resolved or opened again."""
    event = part(message, "event")
    kind, incident, occurred = text(event, "event_type"), part(event, "data"), text(event, "occurred_at")
    if kind not in ("incident.triggered", "incident.resolved", "incident.reopened"):
        raise Ignored("unknown_kind")
    attributes = {
        "service.name": text(incident, "service", "summary"),
        "qms.incident.id": need(incident, "id"),
        "qms.incident.title": text(incident, "title"),
        "qms.incident.url": text(incident, "html_url"),
        "qms.incident.severity": text(incident, "priority", "summary") or text(incident, "urgency"),
    }
    forms = []
    if opened := text(incident, "created_at") or (occurred if kind == "incident.triggered" else ""):
        forms.append(form("qms.incident.opened", opened, attributes, revision=order(occurred)))
    if kind != "incident.triggered":
        withdrawn = {"qms.event.retracted": True} if kind == "incident.reopened" else {}
        forms.append(form("qms.incident.resolved", occurred, attributes | withdrawn, revision=order(occurred)))
    return forms
