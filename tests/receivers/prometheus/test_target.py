"""A target: its resource, the ends of its series, and what is told of each scrape."""

from __future__ import annotations

from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from tests.receivers.conftest import read
from tests.receivers.prometheus.pages import CLASSIC, OPENMETRICS, OPENMETRICS_PAGE

from assay.core.config import ScrapeJob
from assay.receivers.prometheus.scraper import read_page
from assay.receivers.prometheus.target import Scrape, Target

ADDRESS = "10.0.0.1:9090"
REPORTS = {"up", "scrape_duration_seconds", "scrape_samples_scraped"}


def target(**settings: Any) -> Target:
    return Target("shop/orders", ScrapeJob(targets=[ADDRESS], **settings), ADDRESS)


def scrape(
    given: Target, page: bytes | None, media_type: str = CLASSIC, at_ns: int = 1_000
) -> dict[str, list[tuple[Any, Any]]]:
    """Give the points of each metric, with the attributes of their resource."""
    points = None if page is None else read_page(media_type, page, 1_000)
    message = ExportMetricsServiceRequest.FromString(given.convert(Scrape(at_ns, 0.25, points)).request)
    found: dict[str, list[tuple[Any, Any]]] = {}
    for group in message.resource_metrics:
        for metric in (metric for scope in group.scope_metrics for metric in scope.metrics):
            points_of = getattr(metric, metric.WhichOneof("data") or "").data_points
            found.setdefault(metric.name, []).extend((read(group.resource.attributes), point) for point in points_of)
    return found


def test_the_resource_of_a_target() -> None:
    """Job and address are the service and its instance; labels of the job and what the page says of itself are beside them."""
    found = scrape(target(labels={"deployment.environment.name": "test"}), OPENMETRICS_PAGE, OPENMETRICS)
    [(resource, _)] = found["fill"]
    assert resource == {
        "service.namespace": "shop",
        "service.name": "orders",
        "service.instance.id": ADDRESS,
        "server.address": "10.0.0.1",
        "server.port": 9090,
        "url.scheme": "http",
        "deployment.environment.name": "test",
        "service.version": "1.2",
    }


def test_labels_that_name_another_job() -> None:
    """They are kept under another name, or believed if the job says so, as those of a push gateway."""
    page = b'fill{job="other",instance="i"} 1\n'
    [(resource, point)] = scrape(target(), page)["fill"]
    assert (resource["service.name"], read(point.attributes)) == ("orders", {"exported_job": "other", "exported_instance": "i"})
    [(resource, point)] = scrape(target(honor_labels=True), page)["fill"]
    assert (resource["service.name"], resource["service.instance.id"], read(point.attributes)) == ("other", "i", {})


def test_series_that_are_gone_end() -> None:
    """A series that is no longer on the page ends once, and comes back as itself; others go on."""
    given = target()
    scrape(given, b'fill{place="a"} 1\nfill{place="b"} 2\n')
    second = scrape(given, b'fill{place="b"} 3\n', at_ns=2_000)
    ended = [(read(point.attributes), point.time_unix_nano) for _, point in second["fill"] if point.flags == 1]
    assert ended == [({"place": "a"}, 2_000)]
    third = scrape(given, b'fill{place="a"} 1\nfill{place="b"} 3\n')
    assert [point.flags for _, point in third["fill"]] == [0, 0]


def test_a_failed_scrape_ends_all_series() -> None:
    """When a target gives no page it is not up, and all its series end; when it comes back they begin anew."""
    given = target()
    assert set(scrape(given, OPENMETRICS_PAGE, OPENMETRICS)) > REPORTS
    failed = scrape(given, None)
    assert failed["up"][0][1].as_double == 0
    assert {point.flags for name, points in failed.items() for _, point in points if name not in REPORTS} == {1}
    assert set(failed) >= {"orders_total", "latency_seconds", "size", "fill"}
    assert set(scrape(given, None)) == REPORTS


def test_series_that_tell_their_own_time_do_not_end() -> None:
    """As with Prometheus, what has a time on the page is not ended when it is gone: it may be a late batch."""
    given = target()
    scrape(given, b"fill 1 1791454330000\n")
    assert set(scrape(given, b"")) == REPORTS


def test_each_scrape_is_reported() -> None:
    """`up`, the time that it took and the number of samples are metrics of the target."""
    found = scrape(target(), b"a 1\nb 2\n")
    told = {name: found[name][0][1].as_double for name in REPORTS}
    assert told == {"up": 1, "scrape_duration_seconds": 0.25, "scrape_samples_scraped": 2}
