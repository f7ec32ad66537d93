"""Tail sampling: which traces are kept for longer than the hot window."""

from assay.policies.sampling.compiled import Compiled
from assay.policies.sampling.model import Policy, Sampling
from assay.policies.sampling.passes import Outcome, Passes
from assay.policies.sampling.reading import compile_sampling, policies_of, read
from assay.policies.sampling.refusal import PolicyRefused
from assay.policies.sampling.sampler import Sampler

__all__ = [
    "Compiled",
    "Outcome",
    "Passes",
    "Policy",
    "PolicyRefused",
    "Sampler",
    "Sampling",
    "compile_sampling",
    "policies_of",
    "read",
]
