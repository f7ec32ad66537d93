"""Measures, gates and controls: each number is a `.sql` file over the tables of events."""

from assay.quality.delivery import Delivery

__all__ = ["Delivery"]
