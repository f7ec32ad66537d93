"""Write to a journal until killed: `python writing_process.py DIRECTORY SEED`.

It prints `opening` and `open` around the recovery, and then the id of each request as soon as that is acknowledged.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from pathlib import Path

from assay.core.config import Journal as Limits
from assay.core.signals import Signal
from assay.journal import Journal


def _say(line: str) -> None:
    os.write(1, line.encode() + b"\n")


async def _send(journal: Journal, seed: int, sender: int) -> None:
    chance = random.Random(1000 * seed + sender)
    number = 0
    while True:
        number += 1
        name = f"{seed:06d}-{sender:03d}-{number:08d}"
        padding = b"." * chance.choice((0, 10, 300, 9000))
        await journal.accept(chance.choice(list(Signal)), name.encode() + padding, 1, "test")
        _say(name)


async def _main(directory: Path, seed: int) -> None:
    _say("opening")
    journal = Journal(directory, Limits(segment_bytes=20_000, segment_age_seconds=0.02, min_free_disk_bytes=1))
    _say("open")
    await asyncio.gather(*(_send(journal, seed, sender) for sender in range(20)))


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]), int(sys.argv[2])))
