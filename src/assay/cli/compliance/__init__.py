"""`assay compliance`: one command per file."""

from assay.cli.compliance.group import command

__all__ = ["command"]
