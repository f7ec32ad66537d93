"""Comparing a candidate with a baseline, once or again and again: pure functions of what was counted and measured."""

from assay.quality.comparison.compare import DEFAULT_RULES, Comparison, Outcome, Rules, compare
from assay.quality.comparison.samples import Durations, Rate, Sample, Share
from assay.quality.comparison.sequential import Looked, Sequential
from assay.quality.comparison.spread import Spread, spread

__all__ = [
    "DEFAULT_RULES",
    "Comparison",
    "Durations",
    "Looked",
    "Outcome",
    "Rate",
    "Rules",
    "Sample",
    "Sequential",
    "Share",
    "Spread",
    "compare",
    "spread",
]
