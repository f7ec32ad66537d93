"""From the tables to the world: consumers that follow the batches, each with a position of its own on disk."""

from assay.exporters.exporters import DESTINATIONS, Exporters, Told, parse

__all__ = ["DESTINATIONS", "Exporters", "Told", "parse"]
