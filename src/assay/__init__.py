"""Assay: OpenTelemetry in, evidence of quality out."""

__version__ = "0.1.0"
