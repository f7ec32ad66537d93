"""From the tables to the world: consumers that follow the batches, each with a position of its own on disk."""

from assay.exporters.exporters import Exporters, Told
from assay.exporters.section import DESTINATIONS, json_schema, parse, validate

__all__ = ["DESTINATIONS", "Exporters", "Told", "json_schema", "parse", "validate"]
