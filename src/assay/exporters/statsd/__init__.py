"""Metrics as lines of StatsD."""

from assay.exporters.statsd.destination import Statsd

__all__ = ["Statsd"]
