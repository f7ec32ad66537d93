"""A pipeline that deploys the demo to staging, asks a gate, and goes on to production or not."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import yaml
from tests.e2e.running import Running, running, wait_for

PAGE = (Path(__file__).parents[2] / "docs/gates.md").read_text("utf-8")
GATE = {
    "kind": "gate",
    "name": "release",
    "objectives": [{"measure": "error_rate", "pass": "<= 1%"}, {"measure": "latency_p50", "pass": "<= 30s"}],
}


def _steps() -> tuple[str, str]:
    """Return the gate's script for GitHub Actions and that for GitLab CI, as the page shows them."""
    blocks = [yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)]
    (github,) = [step["run"] for block in blocks if isinstance(block, list) for step in block if "gate check" in step["run"]]
    (gitlab,) = [block["quality gate"]["script"] for block in blocks if "quality gate" in block]
    return github, "\n".join(gitlab)


def _pipeline(server: Running, folder: Path, deploy: str, gate: str, version: str) -> int:
    """Run a pipeline as those systems do, with bash that stops at the first failure, and return how it ended."""
    promote = f"echo {version} >> promoted.txt"
    script = "\n".join([deploy, gate.replace("--environment staging", "--environment demo"), promote])
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("GITHUB_", "CI", "ASSAY_"))} | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "ASSAY_SERVER": server.api,
        "OTLP_GRPC": f"http://{server.grpc}",
        "OTLP_HTTP": server.http,
        "GITHUB_SHA": version,
        "CI_COMMIT_SHA": version,
        "GITHUB_STEP_SUMMARY": "summary.md",
    }
    return subprocess.run(["bash", "-e", "-c", script], cwd=folder, env=environment, timeout=240, check=False).returncode


def _told(server: Running) -> dict[str, tuple[str, bool]]:
    answer: dict[str, Any] = server.client.get(f"{server.api}/api/v1/gate-evaluations?gate=release", timeout=30).json()
    return {each["version"]: (each["result"], each["decided"]) for each in answer["evaluations"]}


def test_a_pipeline_stops_a_bad_version(tmp_path: Path) -> None:
    """Real services and traffic, and the steps of the page: a bad version is stopped, a good one passes, one without traffic
    does neither, and what was said of each is kept."""
    github, gitlab = _steps()
    quality = tmp_path / "quality"
    quality.mkdir()
    (quality / "release.yaml").write_text(yaml.safe_dump(GATE), "utf-8")
    with running(tmp_path / "data", QUALITY__DIRECTORY=str(quality), JOURNAL__SEGMENT_AGE_SECONDS="0.1") as server:
        deploy = "python -m tests.e2e.deploying"
        assert _pipeline(server, tmp_path, f"{deploy} good 25", github, "good") == 0
        assert _pipeline(server, tmp_path, f"{deploy} bad 25 2026-11", gitlab, "bad") == 1
        assert _pipeline(server, tmp_path, "true", gitlab.replace("gate.xml", "unseen.xml"), "unseen") == 4
        assert (tmp_path / "promoted.txt").read_text().split() == ["good"]
        wait_for(lambda: len(_told(server)) >= 3, "evaluations are stored")
        assert _told(server) == {"good": ("passed", True), "bad": ("failed", True), "unseen": ("failed", False)}
    assert (tmp_path / "summary.md").read_text().startswith("## release: passed")
    errors, _ = [
        each for each in ElementTree.parse(tmp_path / "gate.xml").iter("testcase") if "gate" not in each.get("name", "")
    ]
    assert [child.tag for child in errors] == ["failure"]
    assert [each.tag for each in ElementTree.parse(tmp_path / "unseen.xml").iter() if each.tag in ("failure", "error")] == [
        "error"
    ] * 3
