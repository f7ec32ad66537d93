"""What spans of Zipkin become in OTLP."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from tests.receivers.conftest import read
from tests.receivers.zipkin.samples import BOTH_V1, CHILD, CLIENT, SERVER, START, TRACE

from assay.core.errors import InvalidInput
from assay.core.signals import Signal
from assay.receivers.inspection import Format
from assay.receivers.zipkin.convert import derive_id
from assay.receivers.zipkin.v1 import JSON_V1
from assay.receivers.zipkin.v2 import JSON_V2

ID, PARENT = bytes.fromhex(CLIENT["id"]), bytes.fromhex(CLIENT["parentId"])
SERVER_ID = derive_id(bytes.fromhex(TRACE), ID)

names = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
ids = st.integers(1, 2**64 - 1).map(lambda number: f"{number:x}")
trace_ids = st.integers(1, 2**128 - 1).map(lambda number: f"{number:x}")
keys = names.filter(lambda key: key != "error" and not key.startswith("otel."))
spans_v2 = st.fixed_dictionaries(
    {"traceId": trace_ids, "id": ids},
    optional={
        "parentId": st.none() | ids,
        "name": names,
        "kind": st.sampled_from(["CLIENT", "SERVER", "PRODUCER", "CONSUMER"]),
        "timestamp": st.integers(1, 2**53),
        "duration": st.integers(0, 2**53),
        "localEndpoint": st.none() | st.fixed_dictionaries({}, optional={"serviceName": names, "port": st.integers(0, 65535)}),
        "tags": st.dictionaries(
            names, st.one_of(names, st.integers().map(str), st.sampled_from(["true", "007", "-0", "1.50"]))
        ),
        "annotations": st.lists(st.fixed_dictionaries({"timestamp": st.integers(1, 2**53), "value": names}), max_size=3),
    },
)


def convert(spans: Any, form: Format = JSON_V2) -> list[tuple[dict[str, Any], Any]]:
    """Give each span in OTLP, with the attributes of its resource."""
    found = form.read(Signal.TRACES, json.dumps(spans).encode())
    request = ExportTraceServiceRequest.FromString(found.request)
    converted = [
        (read(group.resource.attributes), span)
        for group in request.resource_spans
        for scope in group.scope_spans
        for span in scope.spans
    ]
    assert found.items == len(converted)
    return converted


def text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@given(spans_v2)
def test_nothing_of_a_span_is_lost(given_span: dict[str, Any]) -> None:
    """Ids, times, names, annotations and tags of any span are found again, and a tag with a type still reads as it was sent."""
    [(resource, span)] = convert([given_span])
    assert span.trace_id.hex().lstrip("0") == given_span["traceId"]
    assert span.span_id.hex().lstrip("0") == given_span["id"]
    parent = given_span.get("parentId") or ""
    assert span.parent_span_id.hex().lstrip("0") == (parent if parent != given_span["id"] else "")
    assert span.name == given_span.get("name", "")
    assert Span.SpanKind.Name(span.kind) == f"SPAN_KIND_{given_span.get('kind', 'INTERNAL')}"
    if "timestamp" in given_span:
        assert span.start_time_unix_nano == 1000 * given_span["timestamp"]
    assert span.end_time_unix_nano - span.start_time_unix_nano == 1000 * given_span.get("duration", 0)
    notes = [(event.time_unix_nano // 1000, event.name) for event in span.events]
    assert notes == [(note["timestamp"], note["value"]) for note in given_span.get("annotations", [])]
    kept = {key: text(value) for key, value in {**resource, **read(span.attributes)}.items()}
    for key, value in given_span.get("tags", {}).items():
        assert kept[key] == value
    service = (given_span.get("localEndpoint") or {}).get("serviceName")
    assert not service or resource["service.name"] == service


@given(st.permutations([CLIENT, SERVER, CHILD]), st.integers(0, 3))
def test_both_halves_of_a_call_become_two_spans(spans: list[dict[str, Any]], cut: int) -> None:
    """However the reports are spread over requests, the server's half is a child of the client's, with the same id in each.

    What the server does beneath is a child of its half where one request has both, and of the client's half otherwise.
    """
    found = {}
    for part in (spans[:cut], spans[cut:]):
        for resource, span in convert(part):
            found[span.name, span.kind] = resource["service.name"], span.span_id, span.parent_span_id
        together = SERVER in part and CHILD in part
        if CHILD in part:
            assert found["select", 1] == ("orders", bytes.fromhex(CHILD["id"]), SERVER_ID if together else ID)
    assert found["get /orders", 3] == ("shop", ID, PARENT)
    assert found["get /orders", 2] == ("orders", SERVER_ID, ID)


def test_halves_that_do_not_say_so_are_told_by_their_ids() -> None:
    """A server that leaves out `shared` gets its own id as well, if its client is in the same request; alone it keeps it."""
    server = {key: value for key, value in SERVER.items() if key != "shared"}
    assert [span.span_id for _, span in convert([server, CLIENT])] == [SERVER_ID, ID]
    [(_, alone)] = convert([server])
    assert (alone.span_id, alone.parent_span_id) == (ID, PARENT)


def test_a_child_of_the_caller_stays_one() -> None:
    """A span of the calling service beneath the call is none of the server's."""
    child = {**CHILD, "localEndpoint": {"serviceName": "shop"}}
    assert [span.parent_span_id for _, span in convert([SERVER, child]) if span.name == "select"] == [ID]


def test_a_client_and_its_server_in_one_span_of_version_1() -> None:
    """Annotations and tags go to the half whose endpoint has noted them, each half has its own times and the other as peer."""
    (shop, client), (orders, server) = convert([BOTH_V1], JSON_V1)
    assert (shop, orders) == ({"service.name": "shop"}, {"service.name": "orders"})
    assert (client.span_id, client.parent_span_id, client.kind) == (ID, PARENT, 3)
    assert (server.span_id, server.parent_span_id, server.kind) == (SERVER_ID, ID, 2)
    times = [(span.start_time_unix_nano, span.end_time_unix_nano) for span in (client, server)]
    assert times == [(1000 * START, 1000 * START + 9_000_000), (1000 * START + 1_000_000, 1000 * START + 8_000_000)]
    assert [event.name for event in client.events] == []
    assert [event.name for event in server.events] == ["cache miss"]
    assert read(client.attributes) | {"http.path": "/orders", "service.peer.name": "orders"} == read(client.attributes)
    assert read(server.attributes) | {"rows": 7, "service.peer.name": "shop"} == read(server.attributes)


def test_a_server_of_version_1_without_times_is_shared() -> None:
    """In version 1 the half that does not own the times leaves them out, and that tells it from the other."""
    server = {**BOTH_V1, "annotations": BOTH_V1["annotations"][1:4], "binaryAnnotations": [], "timestamp": None}
    [(_, span)] = convert([server], JSON_V1)
    assert (span.span_id, span.parent_span_id) == (SERVER_ID, ID)
    assert span.start_time_unix_nano == 1000 * START + 1_000_000
    [(_, span)] = convert([{**server, "timestamp": START, "duration": 5}], JSON_V1)
    assert (span.span_id, span.end_time_unix_nano) == (ID, 1000 * START + 5_000)


def test_local_work_and_calls_to_untraced_services_of_version_1() -> None:
    """Without core annotations the addresses tell the kind, and what is local has the service of its tags."""
    local = {
        "traceId": "1",
        "id": "2",
        "name": "sort",
        "binaryAnnotations": [{"key": "lc", "value": "", "endpoint": {"serviceName": "shop"}}],
    }
    [(resource, span)] = convert([local], JSON_V1)
    assert (resource, span.kind, read(span.attributes)) == ({"service.name": "shop"}, 1, {})
    called = {"key": "sa", "value": True, "endpoint": {"serviceName": "mysql", "ipv4": "10.0.0.9", "port": 3306}}
    [(_, span)] = convert([{**local, "binaryAnnotations": [*local["binaryAnnotations"], called]}], JSON_V1)
    assert (span.kind, read(span.attributes)["service.peer.name"]) == (3, "mysql")


@pytest.mark.parametrize(
    ("tags", "code", "message", "left"),
    [
        ({"error": "no capacity"}, 2, "no capacity", {}),
        ({"error": ""}, 2, "", {}),
        ({"error": "true"}, 2, "", {}),
        ({"error": "503"}, 2, "503", {}),
        ({"error": "false"}, 0, "", {"error": False}),
        ({"otel.status_code": "ERROR", "error": "broken"}, 2, "broken", {}),
        ({"otel.status_code": "ERROR", "otel.status_description": "broken"}, 2, "broken", {}),
        ({"otel.status_code": "OK"}, 1, "", {}),
        ({"otel.status_code": "NEW"}, 0, "", {"otel.status_code": "NEW"}),
    ],
)
def test_errors_become_the_status(tags: dict[str, str], code: int, message: str, left: dict[str, Any]) -> None:
    """The tag `error` and OpenTelemetry's own tags become the status, and are not kept as attributes as well."""
    [(_, span)] = convert([{"traceId": "1", "id": "2", "tags": tags}])
    assert (span.status.code, span.status.message, read(span.attributes)) == (code, message, left)


def test_a_span_without_any_time_gets_the_present() -> None:
    """The first annotation tells when a span began if nothing else does; without any it is now, not 1970."""
    [(_, span)] = convert([{"traceId": "1", "id": "2", "annotations": [{"timestamp": START, "value": "x"}]}])
    assert span.start_time_unix_nano == 1000 * START
    [(_, span)] = convert([{"traceId": "1", "id": "2"}])
    assert span.start_time_unix_nano > 1000 * START


@pytest.mark.parametrize(
    ("spans", "field"),
    [
        ({}, "the body"),
        ([5], "[0]"),
        ([{"id": "1"}], "[0].traceId"),
        ([CHILD, {**CHILD, "id": "0"}], "[1].id"),
        ([{**CHILD, "id": "12345678901234567"}], "[0].id"),
        ([{**CHILD, "parentId": 5}], "[0].parentId"),
        ([{**CHILD, "timestamp": -1}], "[0].timestamp"),
        ([{**CHILD, "duration": "1ms"}], "[0].duration"),
        ([{**CHILD, "tags": {"a": {}}}], "[0].tags.a"),
        ([{**CHILD, "tags": []}], "[0].tags"),
        ([{**CHILD, "annotations": [{"value": 5}]}], "[0].annotations[0].value"),
        ([{**CHILD, "localEndpoint": {"port": "x"}}], "[0].localEndpoint.port"),
    ],
)
def test_what_is_no_span_is_named(spans: Any, field: str) -> None:
    """A refusal names the path of what is wrong, in the first span that is."""
    with pytest.raises(InvalidInput) as caught:
        convert(spans)
    assert caught.value.message.startswith(f"{field}: expected ")
