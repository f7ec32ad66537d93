"""A real OpenSearch takes what Assay sends on, in both forms."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests import otlp_requests
from tests.e2e.running import wait_for
from tests.peers.exporting import send, sending_on
from tests.peers.opensearch import opensearch

TRACE = "0af7651916cd43dd8448eb211c80319c"


@dataclass(frozen=True)
class Filled:
    """An OpenSearch that has been sent logs and spans, by exporters whose data are in `states`."""

    url: str
    states: Path

    def documents(self, index: str) -> list[dict[str, Any]]:
        answer = httpx.post(f"{self.url}/{index}/_search", params={"size": "50"}, timeout=30)
        return [hit["_source"] for hit in answer.json()["hits"]["hits"]] if answer.is_success else []


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    work = tmp_path_factory.mktemp("opensearch")
    now = time.time_ns()
    records = [otlp_requests.record(now, f"line {place}", {"n": place, "http.route": "/a"}) for place in range(3)]
    # A number where others have an object: the mapping of OpenSearch refuses this one.
    records.append(otlp_requests.record(now, "odd", {"http": 1}))
    span = otlp_requests.span(TRACE, 2, 1, "work", now, 1500, {"n": 1}, events=[{"name": "retry", "time_unix_nano": now}])
    # Assay's own events are logs as well.
    common = {"type": "elasticsearch", "spans": "all", "services": ["cart"]}
    with opensearch(work) as url:
        exporters = {
            "otel": {**common, "endpoint": url},
            "ecs": {**common, "endpoint": url, "mapping": "ecs", "dataset": "shop"},
        }
        with sending_on(work, exporters) as assay:
            send(assay, logs=otlp_requests.logs("cart", records), traces=otlp_requests.traces("cart", [span]))
            found = Filled(url, assay.data / "exporters")
            wait_for(lambda: len(found.documents("logs-generic.otel-default")) == 4, "logs and events of spans")
            wait_for(lambda: len(found.documents("logs-shop-default")) == 4, "logs by ECS")
            wait_for(lambda: len(found.documents("traces-*")) == 2, "spans")
            yield found


def test_logs_are_there_and_what_the_mapping_refuses_is_a_dead_letter(filled: Filled) -> None:
    """Of one request three documents are taken and one is refused; the reason is kept beside it."""
    bodies = {document["body"]["text"] for document in filled.documents("logs-generic.otel-default") if "body" in document}
    assert bodies == {"line 0", "line 1", "line 2"}
    (letter,) = (filled.states / "otel" / "dead").glob("*.bin")
    assert b'"odd"' in letter.read_bytes()
    assert b"mapper_parsing_exception" in letter.with_suffix(".json").read_bytes()


def test_documents_of_the_common_schema_have_no_contradictions(filled: Filled) -> None:
    """The same record is no trouble there, for what ECS does not know is a label."""
    documents = filled.documents("logs-shop-default")
    assert {document["message"] for document in documents} == {"line 0", "line 1", "line 2", "odd"}
    assert not (filled.states / "ecs" / "dead").exists()


def test_spans_are_there(filled: Filled) -> None:
    """A span is a document, and its event another."""
    (span,) = filled.documents("traces-generic.otel-default")
    assert (span["name"], span["duration"], span["trace_id"]) == ("work", 1500, TRACE)
    events = [document for document in filled.documents("logs-generic.otel-default") if document.get("event_name") == "retry"]
    assert [event["span_id"] for event in events] == ["0000000000000002"]
