"""How well the telemetry of each service keeps to the conventions: one `.sql` file per rule, and a score."""

from assay.quality.conventions.examination import FORMULA, Examination, Question, Service, examine
from assay.quality.conventions.rule import Rule, find_rules, rules

__all__ = ["FORMULA", "Examination", "Question", "Rule", "Service", "examine", "find_rules", "rules"]
