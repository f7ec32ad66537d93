"""Compliance: checks that state what they looked at, and never pass without evidence."""

from assay.quality.compliance.check import Finding, Outcome, names, run

__all__ = ["Finding", "Outcome", "names", "run"]
