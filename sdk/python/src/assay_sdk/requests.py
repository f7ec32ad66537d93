"""Request metrics of the guidelines, for services and endpoints that no instrumentation covers."""

from __future__ import annotations

from assay_sdk import names, telemetry
from assay_sdk.failures import guarded

UNCATEGORIZED = "other"


@guarded("a request")
def record_request(
    endpoint: str,
    method: str,
    status_code: int,
    duration_seconds: float,
    *,
    category: str | None = None,
    user_id: str | None = None,
) -> None:
    """Record a request in `qms_request_duration_seconds`, `qms_requests_total` and, from status 400, `qms_errors_total`.

    `endpoint` is the route (`/orders/{id}`), not the path: each value is a series of its own, and so is each `user_id`, which
    the guidelines allow for audit. `category` is the first part of the route that is not `api` or a version, if left out.
    """
    labels = {
        names.LABEL_ENDPOINT: endpoint,
        names.LABEL_METHOD: method,
        names.LABEL_STATUS_CODE: str(status_code),
        names.QMS_ENDPOINT_CATEGORY: category or category_of(endpoint),
    }
    if user_id:
        labels[names.QMS_USER_ID] = user_id
    telemetry.record(names.METRIC_QMS_REQUEST_DURATION_SECONDS, duration_seconds, labels)
    telemetry.add(names.METRIC_QMS_REQUESTS_TOTAL, 1, labels)
    if status_code >= 400:
        kind = "client_error" if status_code < 500 else "server_error"
        telemetry.add(names.METRIC_QMS_ERRORS_TOTAL, 1, {**labels, names.LABEL_ERROR_TYPE: kind})


def category_of(endpoint: str) -> str:
    """Return the first part of a route that is not `api`, `qms` or a version such as `v2`; `other` if there is none."""
    for part in endpoint.split("/"):
        version = part[:1] == "v" and part[1:].isdigit()
        if part and part not in {"api", "qms"} and not version and not part.startswith(("{", "<", ":")):
            return part
    return UNCATEGORIZED
