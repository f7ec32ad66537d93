"""Measures, gates and controls: each number is a `.sql` file over the tables of events."""

from assay.quality.delivery import Delivery
from assay.quality.stored_series import StoredSeries

__all__ = ["Delivery", "StoredSeries"]
