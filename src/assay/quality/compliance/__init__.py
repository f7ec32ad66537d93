"""Compliance: checks that state what they looked at, and never pass without evidence."""

from assay.quality.compliance.assessment import FORMULAS, Assessed, Assessment, ServiceScore, assess, run_checks
from assay.quality.compliance.assessor import Assessor, History, Point
from assay.quality.compliance.check import FOLDER, Evidence, Finding, Outcome, Share, hash_of, names, run
from assay.quality.compliance.framework import Control, Framework, available, load, parse
from assay.quality.compliance.schedule import ComplianceSchedule

__all__ = [
    "FOLDER",
    "FORMULAS",
    "Assessed",
    "Assessment",
    "Assessor",
    "ComplianceSchedule",
    "Control",
    "Evidence",
    "Finding",
    "Framework",
    "History",
    "Outcome",
    "Point",
    "ServiceScore",
    "Share",
    "assess",
    "available",
    "hash_of",
    "load",
    "names",
    "parse",
    "run",
    "run_checks",
]
