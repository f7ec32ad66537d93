"""Baselines: what services did while they were well, and the comparison of a release with it."""

from assay.quality.baselines.against import Against, Sides, compare_sides, measure_side, other_side, parse_against, read_sides
from assay.quality.baselines.baseline import KINDS, Baseline, Kind
from assay.quality.baselines.keeper import Baselines, FoundBaseline, Skipped, Taken
from assay.quality.baselines.observed import Observed, Which, observe, observe_minutes, resolve
from assay.quality.baselines.schedule import BaselineSchedule
from assay.quality.comparison import DEFAULT_RULES

__all__ = [
    "DEFAULT_RULES",
    "KINDS",
    "Against",
    "Baseline",
    "BaselineSchedule",
    "Baselines",
    "FoundBaseline",
    "Kind",
    "Observed",
    "Sides",
    "Skipped",
    "Taken",
    "Which",
    "compare_sides",
    "measure_side",
    "observe",
    "observe_minutes",
    "other_side",
    "parse_against",
    "read_sides",
    "resolve",
]
