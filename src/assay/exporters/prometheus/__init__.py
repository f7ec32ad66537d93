"""Metrics for Prometheus: a page that it scrapes, and remote write."""

from assay.exporters.prometheus.endpoint import Prometheus
from assay.exporters.prometheus.remote_write import PrometheusRemoteWrite

__all__ = ["Prometheus", "PrometheusRemoteWrite"]
