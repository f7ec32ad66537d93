"""Have `opentelemetry-instrument` choose this distribution where the plain opentelemetry-distro is installed as well.

`opentelemetry-instrument` loads the modules of the entry-point group `opentelemetry_environment_variables` before it starts
the program, so what is set here holds for the program. Where several distributions are installed and none is chosen, it would
take any of them.
"""

from __future__ import annotations

import os
from importlib.metadata import entry_points

# Every name in here that begins with OTEL_ would become an option of `opentelemetry-instrument`, and these exist already.
PLAIN = {"distro", "assay"}


def choose_distribution() -> None:
    """Set OTEL_PYTHON_DISTRO to `assay`, unless it is set or the distribution of a third party is installed."""
    if {entry.name for entry in entry_points(group="opentelemetry_distro")} <= PLAIN:
        os.environ.setdefault("OTEL_PYTHON_DISTRO", "assay")


choose_distribution()
