"""What every item says about its service."""

from __future__ import annotations

import os

from opentelemetry.sdk.resources import OTELResourceDetector, Resource, ResourceDetector

ENVIRONMENT_NAME = "deployment.environment.name"
_OLD_ENVIRONMENT_NAME = "deployment.environment"


class AssayResourceDetector(ResourceDetector):
    """Give the resource attributes of the guidelines, each with its default.

    OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win, then the guidelines' SERVICE_NAME, SERVICE_VERSION and ENVIRONMENT.
    """

    def detect(self) -> Resource:
        """Return the attributes; the old name `deployment.environment` is taken for `deployment.environment.name`."""
        given = dict(OTELResourceDetector().detect().attributes)
        environment = given.get(_OLD_ENVIRONMENT_NAME) or os.environ.get("ENVIRONMENT") or "development"
        defaults = {
            "service.name": os.environ.get("SERVICE_NAME") or "qms-python-service",
            "service.version": os.environ.get("SERVICE_VERSION") or "1.0.0",
            ENVIRONMENT_NAME: environment,
            "qms.phase": "phase_4",
            "qms.component": "observability",
        }
        return Resource({**defaults, **given})
