from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

from tests.policies.sampling.spans import no_faults, put, value
from tests.store.alone import alone, opened

from assay.store import migrate

BATCHES = 12
TRACES = 400
MOST_RUNS = 30


def _fill(folder: Path) -> None:
    with opened(folder) as engine:
        migrate(engine)
        for batch in range(1, BATCHES + 1):
            put(engine, batch, batch * 2, TRACES, first=batch * TRACES, error_every=20)
            # And late spans of what came ten seconds before, and of what is decided only when it has waited.
            put(engine, BATCHES + batch, batch * 2 + 10, TRACES, first=batch * TRACES, spans=1, root=False)


def _check(folder: Path) -> None:
    with opened(folder) as engine:
        migrate(engine)
        assert value(engine, "SELECT uniqExact(TraceId) FROM assay_sampling_decisions") == BATCHES * TRACES
        assert value(engine, "SELECT count() FROM otel_traces") > BATCHES * TRACES // 20 * 5
        assert no_faults(engine)


def _run(folder: Path, seconds: float) -> bool:
    """Let the sampler run, kill it after so long, and say whether it was done before."""
    command = [sys.executable, "-m", "tests.policies.sampling.sampling_process", str(folder), str(2 * BATCHES)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout and process.stdout.readline() == "ready\n"
        try:
            return process.wait(seconds) == 0
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            return False


def test_killed_at_any_moment_it_keeps_all_once(tmp_path: Path) -> None:
    """Killed again and again in the midst of passes, the sampler decides each trace once and copies each kept span once."""
    assert alone(_fill, tmp_path) == 0
    chance = random.Random(7)
    runs = 1
    while not _run(tmp_path, chance.uniform(0.05, 1.2) if runs < MOST_RUNS else 120):
        runs += 1
    print(f"{runs - 1} times killed")
    assert runs > 5, "it was done before it could be killed"
    assert alone(_check, tmp_path) == 0
