from __future__ import annotations

from pathlib import Path

from tests.policies.sampling.spans import BEGAN, put, value
from tests.store.alone import alone, opened

from assay.policies.sampling import Passes, read
from assay.policies.sampling.window import drop_old, slide
from assay.store import migrate

ALL = [{"name": "all", "type": "always_sample"}]


def _partitions(engine: object) -> int:
    return int(value(engine, "SELECT uniqExact(_partition_id) FROM otel_traces_recent"))  # type: ignore[arg-type]


def _slide(folder: Path) -> None:
    with opened(folder) as engine:
        migrate(engine)
        for batch in range(4):
            put(engine, batch + 1, batch * 300, 10, first=batch * 10)
        passes = Passes(engine)
        sampling = read({"policies": ALL, "hot_window": "10m"})
        assert slide(engine, sampling, passes, BEGAN + 10_000).dropped == 0, "nothing is decided yet"
        while passes.run(sampling, 4, BEGAN + 905):
            pass
        assert passes.open.traces == 10
        window = slide(engine, sampling, passes, BEGAN + 1200)
        assert (window.dropped, window.dropped_early, window.since) == (2, 0, BEGAN + 600)
        assert _partitions(engine) == 2
        window = slide(engine, sampling, passes, BEGAN + 10_000)
        assert window.dropped == 1, "the last one has open traces"
        passes.run(sampling, 4, BEGAN + 10_000)
        window = slide(engine, sampling, passes, BEGAN + 10_000)
        assert (window.dropped, window.bytes) == (1, 0)
        assert value(engine, "SELECT count() FROM assay_spans") == value(engine, "SELECT count() FROM otel_traces") == 160


def test_only_what_is_old_and_decided_leaves_the_hot_window(tmp_path: Path) -> None:
    """A partition stays while it is young or has spans of open traces; what has left is read from the kept spans."""
    assert alone(_slide, tmp_path) == 0


def _shrink(folder: Path) -> None:
    with opened(folder) as engine:
        migrate(engine)
        for batch in range(4):
            put(engine, batch + 1, batch * 300, 1000, first=batch * 1000)
        passes = Passes(engine)
        sampling = read({"policies": ALL})
        while passes.run(sampling, 4, BEGAN + 1000):
            pass
        size = slide(engine, sampling, passes, BEGAN + 1000).bytes
        small = read({"policies": ALL, "recent_max_bytes": size * 2 // 3})
        window = slide(engine, small, passes, BEGAN + 1000)
        assert (window.dropped, window.dropped_early) == (2, 2) and window.bytes <= size * 2 // 3


def test_the_hot_window_takes_no_more_disk_than_it_may(tmp_path: Path) -> None:
    """While it is larger than its limit its oldest partitions leave early, and that is told apart."""
    assert alone(_shrink, tmp_path) == 0


def _forget(folder: Path) -> None:
    with opened(folder) as engine:
        migrate(engine)
        put(engine, 1, 0, 10)
        passes = Passes(engine)
        passes.run(read({"policies": ALL}), 1, BEGAN + 10)
        tables = ("assay_sampling_decisions", "assay_sampling_passes", "assay_sampling_operations")
        drop_old(engine, 30, BEGAN + 86400)
        assert [value(engine, f"SELECT count() FROM {table}") for table in tables] == [10, 2, 0]
        drop_old(engine, 30, BEGAN + 8 * 86400)
        assert [value(engine, f"SELECT count() FROM {table}") for table in tables] == [10, 0, 0]
        drop_old(engine, 30, BEGAN + 32 * 86400)
        assert value(engine, f"SELECT count() FROM {tables[0]}") == 0


def test_decisions_live_as_long_as_spans(tmp_path: Path) -> None:
    """Decisions go with the retention of spans; passes are told for a week and rates of operations for hours."""
    assert alone(_forget, tmp_path) == 0
