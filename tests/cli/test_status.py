from __future__ import annotations

import json

from tests.cli.conftest import Run


def test_the_status_is_shown(run: Run, server: str) -> None:
    """It says where, whether it works, what came in by signal, and what is stored."""
    result = run("status")
    assert result.exit_code == 0
    assert f"at {server} is ready" in result.stdout
    assert "works  engine" in result.stdout
    assert all(word in result.stdout for word in ("traces", "metrics", "logs", "received", "in the journal"))
    assert json.loads(run("status", "--json").stdout)["ready"] is True
