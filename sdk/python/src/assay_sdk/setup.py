"""Set up telemetry from within a program."""

from __future__ import annotations

from assay_sdk.environment_variables import choose_distribution
from assay_sdk.failures import guarded


@guarded("setting up telemetry")
def initialize() -> None:
    """Set up telemetry in this process, as `opentelemetry-instrument` does for a whole program.

    Call it once, before the libraries to be instrumented are used: at the start of a script, or in gunicorn's `post_fork`.
    """
    # Imported here: whoever only calls the API under `opentelemetry-instrument` has it set up already.
    from opentelemetry.instrumentation.auto_instrumentation import initialize as set_up  # noqa: PLC0415

    choose_distribution()
    set_up()
