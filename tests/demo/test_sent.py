from __future__ import annotations

from pathlib import Path

from assay.demo import sent


def test_the_services_add_up(tmp_path: Path) -> None:
    """What the services sent is the sum over their files, by kind; a service that sent nothing has no file."""
    (tmp_path / "a.json").write_text('{"spans": 3, "log records": 1}', "utf-8")
    (tmp_path / "b.json").write_text('{"spans": 4, "sum points": 2}', "utf-8")
    total = sent.read([tmp_path / "a.json", tmp_path / "b.json", tmp_path / "c.json"])
    assert total == {"spans": 7, "log records": 1, "sum points": 2}
    assert total[sent.UNACKNOWLEDGED] == 0
