"""Why a trace is kept, in words."""

from __future__ import annotations

from typing import Any

from assay.cli._render import clean, local, number

_REASONS = {"root": "its root had ended", "wait": "it had been waited for long enough"}


def explain(decision: dict[str, Any]) -> str:
    """Return a sentence or two about the answer of `/traces/{id}/decision`."""
    time = local(decision["time"]) if decision["time"] else ""
    if decision["state"] == "waiting":
        due = f" It is decided at {time}, or when its root has ended." if time else ""
        return f"Waits for the decision whether it is kept.{due}{_visible(decision)}"
    if decision["reason"] == "none":
        return "Kept: it came in while nothing was sampled."
    told = f"at {time}, when {_REASONS[decision['reason']]}"
    if decision["state"] == "kept":
        stands = decision["adjusted_count"]
        weight = f" It stands for {number(stands)} traces." if stands != 1 else ""
        return f"Kept by the policy {clean(decision['policy'])}, {told}.{weight}"
    by = f"by the policy {clean(decision['policy'])}" if decision["policy"] else "as no policy keeps it"
    return f"Sampled out {by}, {told}.{_visible(decision)}"


def _visible(decision: dict[str, Any]) -> str:
    if decision["gone"]:
        return " Its spans are no longer here."
    return f" It can be seen until {local(decision['visible_until'])}." if decision["visible_until"] else ""
