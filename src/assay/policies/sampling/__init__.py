"""Tail sampling: which traces are kept for longer than the hot window."""

from assay.policies.sampling.compiled import Compiled
from assay.policies.sampling.model import Policy, Sampling
from assay.policies.sampling.reading import compile_sampling, policies_of, read
from assay.policies.sampling.refusal import PolicyRefused

__all__ = ["Compiled", "Policy", "PolicyRefused", "Sampling", "compile_sampling", "policies_of", "read"]
