"""Dry runs: what policies would have done to what is stored."""

from assay.policies.trial.trial import Trial, try_out

__all__ = ["Trial", "try_out"]
