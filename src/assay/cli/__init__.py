"""The command line: one command per file; each parses, calls and prints."""

from assay.cli.main import main

__all__ = ["main"]
