"""`assay policy`, one command per file."""

from assay.cli.policy.group import command

__all__ = ["command"]
