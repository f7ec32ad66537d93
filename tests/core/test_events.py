from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from assay.core.events import Event, derive_id, encode, identify
from assay.core.values import from_protobuf

VALUES = st.one_of(
    st.text(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.lists(st.text(), max_size=3)
)


def test_an_event_gets_its_id_from_what_it_is_about() -> None:
    """Two reports of one deployment have one id; without a subject each record is an event of its own."""
    deployment = Event("qms.deployment.finished", 1, {"deployment.id": "d1"})
    assert identify(deployment).id == identify(identify(deployment)).id == "deployment/d1"
    assert derive_id("qms.incident.opened", {"qms.incident.id": "7"}) != derive_id(
        "qms.incident.resolved", {"qms.incident.id": "7"}
    )
    record = Event("qms.audit.recorded", 1, {"qms.audit.action": "read"})
    assert identify(record).id != identify(record).id


@given(st.dictionaries(st.text(min_size=1).filter(lambda key: key != "service.name"), VALUES, max_size=4), st.text())
def test_events_keep_their_attributes_and_body(attributes: dict[str, str], body: str) -> None:
    """Every attribute arrives with its value and type, and the body as it was."""
    event = Event("qms.audit.recorded", 5, {"qms.event.id": "e", **attributes}, body)
    [resource] = ExportLogsServiceRequest.FromString(encode([event], 6)).resource_logs
    [record] = resource.scope_logs[0].log_records
    assert {each.key: from_protobuf(each.value) for each in record.attributes} == dict(event.attributes)
    assert (record.body.string_value, record.time_unix_nano, record.observed_time_unix_nano) == (body, 5, 6)


def test_events_of_several_services_share_a_request() -> None:
    """Each service has its resource, so that its events are found by its name like its telemetry."""
    events = [Event("qms.audit.recorded", 1, {"service.name": name}) for name in ("a", "b", "a")]
    resources = ExportLogsServiceRequest.FromString(encode(events, 2)).resource_logs
    found = {each.resource.attributes[0].value.string_value: len(each.scope_logs[0].log_records) for each in resources}
    assert found == {"a": 2, "b": 1}
