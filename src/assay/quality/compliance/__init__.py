"""Compliance: checks that state what they looked at, and never pass without evidence."""

from assay.quality.compliance.check import Finding, Outcome, names, run
from assay.quality.compliance.framework import Assessed, Assessment, Control, Framework, assess, available, load, parse

__all__ = [
    "Assessed",
    "Assessment",
    "Control",
    "Finding",
    "Framework",
    "Outcome",
    "assess",
    "available",
    "load",
    "names",
    "parse",
    "run",
]
