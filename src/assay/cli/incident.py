from __future__ import annotations

from typing import Any

import click

from assay.cli._report import Report, reporting


@click.group("incident")
def command() -> None:
    """Report incidents, from a pipeline, an alert or by hand."""


def _about(function: Any) -> Any:
    for option in (
        click.option("--environment", help="Where it happens, such as production."),
        click.option("--severity", help="How bad it is, such as critical, high, medium or low."),
        click.option("--title", help="What happened."),
        click.option("--url", help="Where people work on it."),
        click.option("--cause", type=click.Choice(["change", "infrastructure", "third_party", "other"]), help="Kind of cause."),
        click.option("--caused-by", multiple=True, metavar="ID", help="Deployment that caused it; repeatable."),
        click.option("--caused-by-revision", multiple=True, metavar="REVISION", help="Commit that caused it; repeatable."),
        click.option("--time", metavar="TIME", help="When, RFC 3339.  [default: now]"),
        click.argument("incident_id", metavar="ID"),
    ):
        function = option(function)
    return function


@command.command()
@click.option("--service", envvar="OTEL_SERVICE_NAME", required=True, help="Service that is hurt; also from OTEL_SERVICE_NAME.")
@_about
@reporting
def opened(report: Report, incident_id: str, time: str | None, **given: Any) -> None:
    """Report that an incident has begun; ID is what the resolution names too."""
    report.send([report.form("qms.incident.opened", _attributes(incident_id, given), time=time)])


@command.command()
@click.option("--service", envvar="OTEL_SERVICE_NAME", help="Service that was hurt; also from OTEL_SERVICE_NAME.")
@click.option("--opened-at", metavar="TIME", help="When it began, RFC 3339, if that was not reported.")
@click.option("--remediated-by", multiple=True, metavar="ID", help="Deployment that ended it; repeatable.")
@_about
@reporting
def resolved(
    report: Report,
    incident_id: str,
    time: str | None,
    opened_at: str | None,
    remediated_by: tuple[str, ...],
    **given: Any,
) -> None:
    """Report that an incident is over; ID is that of its opening."""
    attributes = _attributes(incident_id, given)
    attributes["qms.incident.opened_at"] = opened_at
    attributes["qms.incident.remediation.deployment_ids"] = list(remediated_by)
    report.send([report.form("qms.incident.resolved", attributes, time=time)])


def _attributes(incident_id: str, given: dict[str, Any]) -> dict[str, Any]:
    return {
        "qms.incident.id": incident_id,
        "service.name": given["service"],
        "deployment.environment.name": given["environment"],
        "qms.incident.severity": given["severity"],
        "qms.incident.title": given["title"],
        "qms.incident.url": given["url"],
        "qms.incident.cause": given["cause"],
        "qms.incident.cause.deployment_ids": list(given["caused_by"]),
        "qms.incident.cause.revisions": list(given["caused_by_revision"]),
    }
