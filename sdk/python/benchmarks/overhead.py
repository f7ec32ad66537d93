"""Compare a span with ten attributes under this distribution with one under the bare OpenTelemetry SDK.

Both run in one process, by turns; the ratio is the median over the rounds. Run `python -m sdk.python.benchmarks.overhead`.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import Sampler
from opentelemetry.trace import Tracer

from assay_sdk.sampler import QmsSampler, RateLimitingQmsSampler

LIMIT = 1.05
ATTRIBUTES = {f"order.attribute.{number}": f"value {number}" for number in range(10)}
SPANS, ROUNDS = 500, 161


class Nowhere(SpanExporter):
    """Takes spans and forgets them."""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return SpanExportResult.SUCCESS


def tracer(sampler: Sampler | None) -> Tracer:
    provider = TracerProvider(sampler=sampler)
    provider.add_span_processor(BatchSpanProcessor(Nowhere(), max_queue_size=100_000))
    return provider.get_tracer("benchmark")


def roots(tracer: Tracer) -> None:
    """Make root spans."""
    for _ in range(SPANS):
        with tracer.start_as_current_span("order.process", attributes=ATTRIBUTES):
            pass


def children(tracer: Tracer) -> None:
    """Make spans under one parent."""
    with tracer.start_as_current_span("order"):
        for _ in range(SPANS):
            with tracer.start_as_current_span("order.process", attributes=ATTRIBUTES):
                pass


def seconds(work: Callable[[Tracer], None], tracer: Tracer) -> float:
    started = time.thread_time()
    work(tracer)
    return time.thread_time() - started


def compare(work: Callable[[Tracer], None], sampler: Sampler) -> tuple[float, float]:
    """Return the median ratio to the bare SDK, and the median microseconds of CPU per span of ours."""
    bare, ours = tracer(None), tracer(sampler)
    work(bare)
    work(ours)
    pairs = []
    for number in range(ROUNDS):
        # Whoever goes second finds warm caches, so they take turns.
        if number % 2:
            mine = seconds(work, ours)
            theirs = seconds(work, bare)
        else:
            theirs = seconds(work, bare)
            mine = seconds(work, ours)
        pairs.append((mine / theirs, mine))
    return statistics.median(ratio for ratio, _ in pairs), statistics.median(mine for _, mine in pairs) / SPANS * 1e6


def main() -> int:
    """Print a line per case and return 1 if one is above the limit."""
    worst = 0.0
    for work in (roots, children):
        for sampler in (QmsSampler(1.0), RateLimitingQmsSampler(1e6)):
            ratio, each = compare(work, sampler)
            worst = max(worst, ratio)
            print(f"{work.__name__:9} {type(sampler).__name__:23} {each:6.1f} µs per span, {ratio:.3f} of the bare SDK")
    print(f"limit {LIMIT}: {'held' if worst <= LIMIT else 'broken'}")
    return 0 if worst <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
