"""Write the dashboards for Grafana that Assay ships; with --check fail if they are out of date."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from dashboards.boards import BOARDS
from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Panel

ROOT = Path(__file__).parent.parent
_FOLDER = ROOT / "src/assay/dashboards"


def _text(make: Callable[[], build.Dashboard]) -> str:
    board = make().build()
    for number, panel in enumerate(board.panels or [], 1):
        assert isinstance(panel, Panel)
        panel.id_val = number
    return JSONEncoder(sort_keys=True, indent=1).encode(board) + "\n"


def main(arguments: list[str]) -> int:
    """Write every file, or with `--check` name those that differ and return 1."""
    written = {_FOLDER / f"{name}.json": _text(make) for name, make in BOARDS.items()}
    if arguments != ["--check"]:
        for path, text in written.items():
            path.write_text(text, "utf-8")
        return 0
    late = [path for path, text in written.items() if not path.exists() or path.read_text("utf-8") != text]
    for path in late:
        print(f"{path.relative_to(ROOT)} is not what dashboards/ says: run `make docs`", file=sys.stderr)
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
