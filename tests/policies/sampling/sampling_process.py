"""A process that does passes until nothing is left to do, to be killed at any moment."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.policies.sampling.spans import BEGAN
from tests.store.alone import opened

from assay.policies.sampling import Passes, read


def main() -> None:
    batches = int(sys.argv[2])
    with opened(Path(sys.argv[1])) as engine:
        passes = Passes(engine, spans_of_a_pass=6_000, traces_of_a_slice=1_000)
        print("ready", flush=True)
        while passes.run(read({}), batches, BEGAN + 1000):
            pass
    print("done", flush=True)


if __name__ == "__main__":
    main()
