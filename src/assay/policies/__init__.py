"""What the organisation has decided, written in YAML by people and compiled to SQL that anyone can read."""

from assay.policies.document import SECTIONS, Policies, compile_policies, explain, locate, parse, read, validate
from assay.policies.fate import Fate, tell_fate
from assay.policies.keeper import InForce, PolicyKeeper
from assay.policies.overview import Overview, describe
from assay.policies.trial import Trial, try_out

__all__ = [
    "SECTIONS",
    "Fate",
    "InForce",
    "Overview",
    "Policies",
    "PolicyKeeper",
    "Trial",
    "compile_policies",
    "describe",
    "explain",
    "locate",
    "parse",
    "read",
    "tell_fate",
    "try_out",
    "validate",
]
