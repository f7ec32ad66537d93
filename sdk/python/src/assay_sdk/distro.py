"""The OpenTelemetry distribution: what `opentelemetry-instrument` sets up when this package is installed."""

from __future__ import annotations

import os
from importlib.metadata import EntryPoint
from typing import Any

from opentelemetry.instrumentation.dependencies import DependencyConflictError
from opentelemetry.instrumentation.distro import BaseDistro  # type: ignore[attr-defined]  # untyped
from opentelemetry.sdk._configuration import _OTelSDKConfigurator

from assay_sdk.durations import exporter_arguments
from assay_sdk.ending import limit_ending
from assay_sdk.failures import swallow
from assay_sdk.incoming import hooks_for, instrumented
from assay_sdk.logs import instrument_structlog, move_handler_aside
from assay_sdk.rabbitmq import publish_once

# Whole paths only: a service with /healthcare or /metrics-report wants these traced.
UNTRACED_PATHS = r"^(https?://[^/]+)?/(health|healthz|livez|readyz|metrics)(/(live|ready))?/?(\?.*)?$"

DEFAULTS = {
    "OTEL_TRACES_EXPORTER": "otlp",
    "OTEL_METRICS_EXPORTER": "otlp",
    "OTEL_LOGS_EXPORTER": "otlp",
    # Not gRPC: its channels do not outlive a fork, and gunicorn forks.
    "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
    "OTEL_EXPERIMENTAL_RESOURCE_DETECTORS": "assay",
    "OTEL_SEMCONV_STABILITY_OPT_IN": "http,database",
    "OTEL_PYTHON_EXCLUDED_URLS": UNTRACED_PATHS,
    **{
        f"{processor}_{key}": value
        for processor in ("OTEL_BSP", "OTEL_BLRP")
        for key, value in {
            "SCHEDULE_DELAY": "5000",
            "MAX_EXPORT_BATCH_SIZE": "512",
            "MAX_QUEUE_SIZE": "2048",
            "EXPORT_TIMEOUT": "30000",
        }.items()
    },
}
"""What is set unless the environment says otherwise; the batch settings are those of the guidelines."""


class AssayDistro(BaseDistro):  # type: ignore[misc]  # untyped
    """Set the defaults and give the instrumentations their hooks."""

    def _configure(self, **kwargs: Any) -> None:
        if not os.environ.get("OTEL_TRACES_SAMPLER"):
            # Assay samples when a trace is complete and its errors are known, so everything is sent unless a rate is asked for.
            os.environ["OTEL_TRACES_SAMPLER"] = "qms"
            os.environ.setdefault("OTEL_TRACES_SAMPLER_ARG", "1.0")
        for name, value in DEFAULTS.items():
            os.environ.setdefault(name, value)
        os.environ.setdefault("OTEL_PYTHON_CONFIGURATOR", "assay")

    def load_instrumentor(self, entry_point: EntryPoint, **kwargs: Any) -> None:
        """Instrument one library; one that fails is skipped, and the others go on."""
        try:
            if entry_point.name == "structlog":
                instrument_structlog(entry_point.load(), **kwargs)
            else:
                super().load_instrumentor(entry_point, **{**hooks_for(entry_point.name), **kwargs})
            if entry_point.name == "logging":
                move_handler_aside()
            if entry_point.name == "pika":
                publish_once()
            instrumented(entry_point.name)
        except (DependencyConflictError, ImportError):
            raise  # the caller knows these and goes on
        except Exception as error:
            swallow(f"the instrumentation of {entry_point.name}", error)


class AssayConfigurator(_OTelSDKConfigurator):
    """Set up the SDK: with the declarative file if OTEL_CONFIG_FILE names one, else from the environment."""

    def _configure(self, **kwargs: Any) -> None:
        if not os.environ.get("OTEL_CONFIG_FILE"):
            # The file is complete in itself, and what is passed beside it would only cause a warning.
            kwargs.setdefault("exporter_args_map", exporter_arguments())
        super()._configure(**kwargs)  # type: ignore[no-untyped-call]  # untyped
        limit_ending()
