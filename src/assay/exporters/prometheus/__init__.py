"""Metrics for Prometheus: a page that it scrapes."""

from assay.exporters.prometheus.endpoint import Prometheus

__all__ = ["Prometheus"]
