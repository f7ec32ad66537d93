"""Quality gates: documents of owners, evaluated against what services did, and kept as events."""

from assay.quality.gates.document import Gate, parse_gate
from assay.quality.gates.earlier import EarlierValues, list_earlier
from assay.quality.gates.evaluation import LINKS, Asked, Evaluation, Summary
from assay.quality.gates.gates import KIND, Gates, Recorder, without_statements
from assay.quality.gates.measuring import Measurer
from assay.quality.gates.units import parse_window
from assay.quality.gates.verifying import verify, verify_services
from assay.quality.gates.watching import Watched, WatchedObjective

__all__ = [
    "KIND",
    "LINKS",
    "Asked",
    "EarlierValues",
    "Evaluation",
    "Gate",
    "Gates",
    "Measurer",
    "Recorder",
    "Summary",
    "Watched",
    "WatchedObjective",
    "list_earlier",
    "parse_gate",
    "parse_window",
    "verify",
    "verify_services",
    "without_statements",
]
