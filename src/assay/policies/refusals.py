"""How a policy is refused."""

from __future__ import annotations

from functools import partial

from assay.core import refusals

refuse = partial(refusals.refuse, "policy_invalid")
refuse_unknown = partial(refusals.refuse_unknown, "policy_invalid")
