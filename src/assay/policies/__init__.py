"""What the organisation has decided, written in YAML by people and compiled to SQL that anyone can read."""

from assay.policies.document import Policies, compile_policies, parse, read, validate
from assay.policies.keeper import PolicyKeeper

__all__ = ["Policies", "PolicyKeeper", "compile_policies", "parse", "read", "validate"]
