"""The dashboards: what each shows, as PromQL over the two pages that Assay has for Prometheus."""

from __future__ import annotations

from collections.abc import Callable

from dashboards.frame import HALF, THIRD, WHOLE, board, chart, choice, figure, listing
from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.builders import timeseries

_NEUTRAL = (("blue", None),)
_SERVICES = 'service_name=~"$service", deployment_environment_name=~"$environment"'
_REQUESTS = f'{_SERVICES}, span_kind=~"SPAN_KIND_SERVER|SPAN_KIND_CONSUMER"'
_DELIVERY = 'service=~"$service", environment=~"$environment"'


def services() -> build.Dashboard:
    """Show how often services are asked, how often they fail and how long they take, from all spans before any sampling."""
    calls = "traces_span_metrics_calls_total"
    buckets = "traces_span_metrics_duration_seconds_bucket"
    operation = "service_name, span_name, span_kind"
    made = board(
        "assay-services", "Assay: services", "Rate, errors and duration of requests, from all spans before any sampling."
    )
    made.with_variable(choice("service", "Service", calls, "service_name"))
    made.with_variable(choice("environment", "Environment", calls, "deployment_environment_name"))
    made.with_panel(
        listing(
            "Services",
            "Requests are spans of kind server and consumer.",
            [
                ("Requests", "reqps", _rate(calls, _REQUESTS, "service_name")),
                ("Errors", "percentunit", _share_of_errors(_REQUESTS, "service_name")),
                ("p50", "s", _quantile(0.5, buckets, _REQUESTS, "service_name")),
                ("p95", "s", _quantile(0.95, buckets, _REQUESTS, "service_name")),
            ],
            ["service_name"],
        )
    )
    named = "{{service_name}}"
    made.with_panel(chart("Requests", "Per second.", "reqps", [(_rate(calls, _REQUESTS, "service_name"), named)], THIRD))
    made.with_panel(
        chart(
            "Errors",
            "The share of requests that ended in an error.",
            "percentunit",
            [(_share_of_errors(_REQUESTS, "service_name"), named)],
            THIRD,
        )
    )
    made.with_panel(
        chart(
            "Duration",
            "The 95th percentile of requests.",
            "s",
            [(_quantile(0.95, buckets, _REQUESTS, "service_name"), named)],
            THIRD,
        )
    )
    made.with_panel(
        listing(
            "Operations",
            "The 25 operations, of every kind, that take the most time in all.",
            [
                (
                    "Time",
                    "s",
                    f"topk(25, {_rate('traces_span_metrics_duration_seconds_sum', _SERVICES, operation)})",
                ),
                ("Calls", "ops", _rate(calls, _SERVICES, operation)),
                ("p95", "s", _quantile(0.95, buckets, _SERVICES, operation)),
            ],
            ["service_name", "span_name", "span_kind"],
        )
    )
    return made


def delivery() -> build.Dashboard:
    """Show the four measures of DORA, from the events that Assay has stored."""
    lead, repair = "qms_lead_time_changes_seconds_bucket", "qms_mttr_seconds_bucket"
    made = board(
        "assay-delivery", "Assay: delivery", "The measures of DORA, from deployments, changes and incidents.", "now-30d"
    )
    made.with_variable(choice("service", "Service", "qms_deployments_total", "service"))
    made.with_variable(choice("environment", "Environment", "qms_deployments_total", "environment"))
    by = "service, environment"
    made.with_panel(
        figure(
            "Deployments per day",
            "Of all chosen services, over the last 7 days.",
            "none",
            f"sum(qms_deployment_frequency{{{_DELIVERY}}})",
            _NEUTRAL,
        )
    )
    made.with_panel(
        figure(
            "Lead time for changes",
            "Half of all changes that are stored took no longer from commit to production.",
            "s",
            _half(lead, _DELIVERY),
            _NEUTRAL,
        )
    )
    made.with_panel(
        figure(
            "Change failure rate",
            "The highest of a service over the last 30 days.",
            "percent",
            f"max(qms_change_failure_rate{{{_DELIVERY}}})",
            (("green", None), ("yellow", 15), ("red", 30)),
        )
    )
    made.with_panel(
        figure(
            "Time to recovery", "Half of all incidents that are stored took no longer.", "s", _half(repair, _DELIVERY), _NEUTRAL
        )
    )
    named = "{{service}} {{environment}}"
    made.with_panel(
        chart(
            "Deployments",
            "Per day.",
            "none",
            [(f"sum by ({by}) (increase(qms_deployments_total{{{_DELIVERY}}}[1d]))", named)],
            HALF,
            stacked=True,
        )
    )
    made.with_panel(
        chart(
            "Change failure rate",
            "Over the last 30 days.",
            "percent",
            [(f"max by ({by}) (qms_change_failure_rate{{{_DELIVERY}}})", named)],
        )
    )
    made.with_panel(
        listing(
            "Services",
            "Totals are of all that is stored.",
            [
                ("Deployments", "none", f"sum by ({by}) (qms_deployments_total{{{_DELIVERY}}})"),
                ("Failed", "none", f"sum by ({by}) (qms_failed_deployments_total{{{_DELIVERY}}})"),
                ("Per day", "none", f"sum by ({by}) (qms_deployment_frequency{{{_DELIVERY}}})"),
                ("Lead time", "s", _half(lead, _DELIVERY, by)),
                ("Incidents", "none", f"sum by ({by}) (qms_incidents_total{{{_DELIVERY}}})"),
                ("Recovery", "s", _half(repair, _DELIVERY, by)),
            ],
            ["service", "environment"],
        )
    )
    return made


def quality() -> build.Dashboard:
    """Show what quality gates said and how the frameworks of compliance stand."""
    made = board("assay-quality", "Assay: quality", "Quality gates and compliance.", "now-7d")
    made.with_variable(choice("environment", "Environment", "qms_quality_gates_total", "environment"))
    made.with_variable(choice("framework", "Framework", "qms_compliance_score", "framework"))
    gates, checks = 'environment=~"$environment"', 'framework=~"$framework"'
    made.with_panel(
        figure(
            "Gates that passed",
            "Of the evaluations of the last 30 days, the lowest of a stage.",
            "percent",
            f"min(qms_quality_gate_pass_rate{{{gates}}})",
            (("red", None), ("yellow", 80), ("green", 95)),
            span=HALF,
        )
    )
    made.with_panel(
        figure(
            "Compliance",
            "The lowest score of a framework.",
            "percent",
            f"min(qms_compliance_score{{{checks}}})",
            (("red", None), ("yellow", 70), ("green", 90)),
            span=HALF,
        )
    )
    made.with_panel(
        chart(
            "Evaluations of gates",
            "Per hour, by result.",
            "none",
            [(f'sum by (result) (increase(qms_quality_gates_total{{{gates}, qms_criteria=""}}[1h]))', "{{result}}")],
            stacked=True,
        )
    )
    made.with_panel(
        chart(
            "Score of frameworks",
            "The share of the controls that hold.",
            "percent",
            [(f"max by (framework) (qms_compliance_score{{{checks}}})", "{{framework}}")],
        )
    )
    made.with_panel(
        listing(
            "Criteria",
            "How often each criterion of a gate came to what.",
            [
                (
                    "Evaluations",
                    "none",
                    f'sum by (qms_criteria, qms_criteria_result, stage) (qms_quality_gates_total{{{gates}, qms_criteria!=""}})',
                )
            ],
            ["qms_criteria", "qms_criteria_result", "stage"],
            HALF,
        )
    )
    made.with_panel(
        listing(
            "Controls",
            "How often each control was checked.",
            [("Checks", "none", f"sum by (framework, control, passed) (qms_compliance_checks_total{{{checks}}})")],
            ["framework", "control", "passed"],
            HALF,
        )
    )
    made.with_panel(
        chart(
            "Time of an evaluation",
            "The 95th percentile, in an hour.",
            "s",
            [
                (
                    _slowest("qms_quality_gate_duration_seconds_bucket", gates),
                    "gates",
                ),
                (
                    _slowest("qms_compliance_check_duration_seconds_bucket", checks),
                    "compliance",
                ),
            ],
            WHOLE,
        )
    )
    return made


def itself() -> build.Dashboard:
    """Show how Assay itself is doing."""
    made = board("assay-itself", "Assay: itself", "What comes in, what is stored, what waits and what is lost.")
    late = (("green", None), ("yellow", 30), ("red", 120))
    bad = (("green", None), ("red", 1))
    made.with_panel(figure("Waits to be stored", "The age of the oldest segment.", "s", "max(assay_lag_seconds)", late))
    made.with_panel(
        figure(
            "Dead letters",
            "Items that the engine refused, since the start.",
            "none",
            "sum(assay_dead_letter_items_total) or vector(0)",
            bad,
        )
    )
    made.with_panel(
        figure("Journal", "Disk taken by requests that are not yet stored.", "bytes", "sum(assay_journal_bytes)", _NEUTRAL)
    )
    made.with_panel(
        figure(
            "Policies refused",
            "1 if the policies that are written now cannot be used.",
            "none",
            "max(assay_policies_refused)",
            bad,
        )
    )
    made.with_panel(_rates("Received", "Items acknowledged per second.", "assay_received_items_total", "signal, source"))
    made.with_panel(_rates("Stored", "Items per second.", "assay_stored_items_total", "signal"))
    made.with_panel(_rates("Refused", "Requests per second.", "assay_refused_requests_total", "signal, source, reason"))
    made.with_panel(
        chart(
            "Acknowledgement",
            "The 99th percentile of the time from a complete request to its acknowledgement.",
            "s",
            [(_quantile(0.99, "assay_acknowledge_seconds_bucket", "", "signal, source"), "{{signal}} {{source}}")],
        )
    )
    made.with_panel(_rates("Sampling", "Spans of decided traces per second.", "assay_sampling_spans_total", "decision"))
    made.with_panel(_rates("Scrubbed", "Values changed per second, by rule.", "assay_scrubbed_values_total", "rule"))
    made.with_panel(
        chart(
            "Exporters wait",
            "The age of the oldest row that waits.",
            "s",
            [("max by (exporter, signal) (assay_exporter_lag_seconds)", "{{exporter}} {{signal}}")],
        )
    )
    made.with_panel(_rates("Exported", "Items per second.", "assay_exporter_sent_items_total", "exporter, signal"))
    made.with_panel(_rates("Filtered", "Items dropped per second.", "assay_filtered_items_total", "signal, filter"))
    made.with_panel(
        chart("Hot window", "How far back every span is there.", "s", [("max(assay_hot_window_seconds)", "seconds")])
    )
    return made


BOARDS: dict[str, Callable[[], build.Dashboard]] = {
    "services": services,
    "delivery": delivery,
    "quality": quality,
    "assay": itself,
}
"""The dashboards by the names of their files."""


def _rates(title: str, description: str, metric: str, by: str) -> timeseries.Panel:
    legend = " ".join("{{" + label + "}}" for label in by.split(", "))
    return chart(title, description, "ops", [(_rate(metric, "", by), legend)], stacked=True)


def _rate(metric: str, conditions: str, by: str) -> str:
    return f"sum by ({by}) (rate({metric}{{{conditions}}}[$__rate_interval]))".replace("{}", "")


def _share_of_errors(conditions: str, by: str) -> str:
    metric = "traces_span_metrics_calls_total"
    errors, all_ = _rate(metric, f'{conditions}, status_code="STATUS_CODE_ERROR"', by), _rate(metric, conditions, by)
    return f"({errors} or 0 * {all_}) / {all_}"


def _quantile(quantile: float, metric: str, conditions: str, by: str) -> str:
    return f"histogram_quantile({quantile}, {_rate(metric, conditions, f'le, {by}')})"


def _half(metric: str, conditions: str, by: str = "") -> str:
    return f"histogram_quantile(0.5, sum by (le{', ' + by if by else ''}) ({metric}{{{conditions}}}))"


def _slowest(metric: str, conditions: str) -> str:
    return f"histogram_quantile(0.95, sum by (le) (increase({metric}{{{conditions}}}[1h])))"
