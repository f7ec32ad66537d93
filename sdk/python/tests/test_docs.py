"""The examples of the guide run."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from unittest.mock import patch

import pytest
import structlog

from assay_sdk import swallowed_errors
from assay_sdk.testing import Captured

GUIDE = Path(__file__).parents[3] / "docs/sdk-python.md"


def test_the_examples_of_the_guide_run_as_they_are(telemetry: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the first to the last in one program, without an error of ours."""
    monkeypatch.setattr(logging, "basicConfig", lambda **_: None)
    before = swallowed_errors()
    blocks = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    assert len(blocks) >= 6
    program: dict[str, object] = {"__name__": "guide"}
    with patch.object(structlog, "configure"):
        for block in blocks[:-1]:
            exec(compile(block, GUIDE.name, "exec"), program)
        assert {"qms.workflow.process", "qms.audit.process"} <= {span.name for span in telemetry.spans}
        assert telemetry.event("qms.deployment.finished").attributes["deployment.id"] == "run/4711"
        exec(compile(blocks[-1], GUIDE.name, "exec"), program)  # the one about tests begins a capture of its own
    assert swallowed_errors() == before
