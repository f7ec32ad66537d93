"""Behaviour tests of policies as data: what comes in, and what of it is stored, dropped and kept."""

from assay.policies.cases.bench import Bench, Result
from assay.policies.cases.model import Case, read_cases

__all__ = ["Bench", "Case", "Result", "read_cases"]
