"""Webhooks: what other systems say about deliveries, as events; one module per sender."""

from assay.receivers.webhooks.app import SENDERS, WebhookApp

__all__ = ["SENDERS", "WebhookApp"]
