"""What the organisation has decided, written in YAML and compiled to SQL."""

from assay.policies.scrub import Scrubber
from assay.policies.scrub_rules import Detector, KeyRule, Scrubbing, defaults, merge, validate

__all__ = ["Detector", "KeyRule", "Scrubber", "Scrubbing", "defaults", "merge", "validate"]
