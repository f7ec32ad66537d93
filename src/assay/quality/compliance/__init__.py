"""Compliance: checks that state what they looked at, and never pass without evidence."""

from assay.quality.compliance.assessment import FORMULAS, Assessed, Assessment, Ran, ServiceScore, assess, run_checks
from assay.quality.compliance.assessor import Assessor, History, Point, Progress
from assay.quality.compliance.check import FOLDER, Evidence, Finding, Outcome, Share, hash_of, names, run
from assay.quality.compliance.framework import Control, Framework, available, load, parse_framework
from assay.quality.compliance.schedule import ComplianceSchedule
from assay.quality.compliance.shelves import Library, Shelf, verify
from assay.quality.compliance.waivers import Waiver, WaiverState, parse_waivers

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
    "Library",
    "Outcome",
    "Point",
    "Progress",
    "Ran",
    "ServiceScore",
    "Share",
    "Shelf",
    "Waiver",
    "WaiverState",
    "assess",
    "available",
    "hash_of",
    "load",
    "names",
    "parse_framework",
    "parse_waivers",
    "run",
    "run_checks",
    "verify",
]
