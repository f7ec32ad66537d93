"""`assay gate`, one command per file."""

from assay.cli.gate.group import command

__all__ = ["command"]
