"""Tail sampling: which traces are kept for longer than the hot window."""

from assay.policies.sampling.compiled import Compiled
from assay.policies.sampling.model import Policy, Sampling
from assay.policies.sampling.passes import Outcome, Passes
from assay.policies.sampling.questions import Decision, DryRun, dry_run, explain, why
from assay.policies.sampling.reading import compile_sampling, policies_of, read
from assay.policies.sampling.refusal import PolicyRefused
from assay.policies.sampling.sampler import Sampler

__all__ = [
    "Compiled",
    "Decision",
    "DryRun",
    "Outcome",
    "Passes",
    "Policy",
    "PolicyRefused",
    "Sampler",
    "Sampling",
    "compile_sampling",
    "dry_run",
    "explain",
    "policies_of",
    "read",
    "why",
]
