"""A target: what its series are, which of them have ended, and how its scrapes went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from assay.core.config import ScrapeJob
from assay.receivers.inspection import Inspected
from assay.receivers.prometheus.metric_request import Labels, MetricRequest, job_resource
from assay.receivers.prometheus.native import Limit
from assay.receivers.prometheus.points import Family, Point, add_end, add_point
from assay.receivers.trace_request import Scalar

Series: TypeAlias = tuple[Family, frozenset[tuple[str, Scalar]], frozenset[tuple[str, str]]]
"""A family, the attributes of the resource, and the labels."""

_TARGET_INFO = "target_info"
_RESOURCE_NAMES = {
    name.replace(".", "_"): name
    for name in (
        *("deployment.environment", "deployment.environment.name", "host.name", "service.version", "service.namespace"),
        *("telemetry.sdk.name", "telemetry.sdk.language", "telemetry.sdk.version"),
    )
}
"""Names of OpenTelemetry that `target_info` has with underscores."""


@dataclass(frozen=True, slots=True)
class Scrape:
    """One scrape: when it began, how long it took, and the points of its page, or None if there is none."""

    at_ns: int
    seconds: float
    points: Sequence[Point] | None


class Target:
    """One instance of a job, by its address."""

    def __init__(self, job: str, settings: ScrapeJob, address: str) -> None:
        self.job = job
        self.settings = settings
        self.url = f"{settings.scheme}://{address}{settings.path}"
        host, _, port = address.rpartition(":")
        self._resource: dict[str, Scalar] = {
            **settings.labels,
            **job_resource({"job": job, "instance": address}),
            "server.address": host.strip("[]"),
            "server.port": int(port),
            "url.scheme": settings.scheme,
        }
        self._live: set[Series] = set()

    def convert(self, scrape: Scrape) -> Inspected:
        """Give the request that a scrape comes to; series that are gone, all of them if it failed, are told to have ended.

        Raises:
            InvalidInput: a point cannot be told in OTLP. Nothing is remembered of the scrape then.
        """
        request = MetricRequest()
        limit = Limit()
        live: set[Series] = set()
        points = scrape.points or ()
        told = _target_info(points)
        for point in points:
            if point.family.name == _TARGET_INFO:
                continue
            resource = self._resource_of(point.labels, told)
            if not point.at_ns:  # one that tells its own time ends when it says so
                live.add((point.family, frozenset(resource.items()), frozenset(point.labels.items())))
            add_point(request, resource, point, scraped_ns=scrape.at_ns, limit=limit)
        for family, attributes, labels in self._live - live:
            add_end(request, dict(attributes), family, dict(labels), scrape.at_ns)
        self._report(request, scrape, len(points))
        found = request.inspect()
        self._live = live
        return found

    def _resource_of(self, labels: Labels, told: Labels) -> dict[str, Scalar]:
        """Give the resource of a series. A job or an instance of its own either wins or is kept under another name."""
        if self.settings.honor_labels and ("job" in labels or "instance" in labels):
            return {**self._resource, **job_resource(labels)}
        for name in ("job", "instance"):
            if name in labels:
                labels[f"exported_{name}"] = labels.pop(name)
        return {**told, **self._resource}

    def _report(self, request: MetricRequest, scrape: Scrape, samples: int) -> None:
        for name, unit, value in (
            ("up", "", float(scrape.points is not None)),
            ("scrape_duration_seconds", "seconds", scrape.seconds),
            ("scrape_samples_scraped", "", float(samples)),
        ):
            point = Point(Family(name, "gauge", unit), {}, value)
            add_point(request, self._resource, point, scraped_ns=scrape.at_ns, limit=Limit())


def _target_info(points: Sequence[Point]) -> Labels:
    """Give what a page says of its own process: the labels of its one series `target_info`."""
    found = [point.labels for point in points if point.family.name == _TARGET_INFO]
    if len(found) != 1:
        return {}
    return {_RESOURCE_NAMES.get(key, key): value for key, value in found[0].items() if key not in ("job", "instance")}
