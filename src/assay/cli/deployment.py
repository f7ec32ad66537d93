from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from assay.cli._client import Client
from assay.cli._git import MAX_COMMITS, Commit, read_commits, resolve
from assay.cli._pipeline import read_pipeline
from assay.cli._report import Report, change_forms, reporting, service_of
from assay.core.errors import AssayError, InvalidInput

_EVENT = "qms.deployment.finished"
_OF_THE_CHANGE = ("vcs.provider.name", "vcs.owner.name", "vcs.repository.name", "vcs.repository.url.full")


@click.group("deployment")
def command() -> None:
    """Report deployments, from a pipeline or by hand."""


@command.command()
@click.option("--service", help="Service that is deployed.  [default: OTEL_SERVICE_NAME, or the repository's name]")
@click.option("--environment", help="Where it is deployed to.  [default: what the pipeline says]")
@click.option(
    "--status", type=click.Choice(["succeeded", "failed"]), default="succeeded", show_default=True, help="How it ended."
)
@click.option("--id", "deployment_id", help="Id of the deployment.  [default: made from the run of the pipeline]")
@click.option("--version", help="Version that is deployed.")
@click.option("--revision", help="Commit that is deployed.  [default: that of the pipeline, or HEAD]")
@click.option(
    "--previous", metavar="REVISION", help="Commit that ran before.  [default: of the last deployment that Assay knows]"
)
@click.option("--no-commits", is_flag=True, help="Do not report the commits that this deployment brings.")
@click.option("--started-at", metavar="TIME", help="When it began, RFC 3339.")
@click.option("--time", "finished_at", metavar="TIME", help="When it ended, RFC 3339.  [default: now]")
@click.option("--kind", type=click.Choice(["planned", "hotfix", "rollback", "redeploy"]), help="Why it was made.")
@click.option("--rolls-back", multiple=True, metavar="ID", help="Deployment that it undoes; repeatable.")
@click.option("--remediates", multiple=True, metavar="ID", help="Incident because of which it was made; repeatable.")
@reporting
def finished(report: Report, deployment_id: str | None, no_commits: bool, finished_at: str | None, **given: Any) -> None:
    """Report that a deployment has ended.

    Repository, commit, run and environment are read from GitHub Actions, GitLab CI, Jenkins or Git. The commits since the
    deployment before are read from Git and reported with it, which gives lead times; a shallow clone does not have them.
    """
    pipeline = read_pipeline()
    service = service_of(given["service"], pipeline)
    environment = given["environment"] or pipeline.get("deployment.environment.name")
    if not environment:
        raise InvalidInput("environment_missing", "No environment is named", "add --environment, such as production")
    revision = resolve(given["revision"] or pipeline.get("vcs.ref.head.revision", ""))
    finished_at = finished_at or datetime.now(UTC).isoformat()
    deployment_id = deployment_id or _make_id(service, environment, revision, finished_at, pipeline)
    previous = given["previous"] or ("" if no_commits else _previous(report.client, service, environment, deployment_id))
    commits = [] if no_commits or not revision else _commits(previous, revision, told=bool(given["previous"]))
    attributes = {
        **pipeline,
        "service.name": service,
        "service.version": given["version"],
        "deployment.environment.name": environment,
        "deployment.status": given["status"],
        "deployment.id": deployment_id,
        "vcs.ref.head.revision": revision,
        "vcs.ref.base.revision": resolve(previous) if previous else None,
        "qms.deployment.started_at": given["started_at"],
        "qms.deployment.kind": given["kind"],
        "qms.deployment.rolls_back": list(given["rolls_back"]),
        "qms.deployment.remediates": list(given["remediates"]),
        "qms.deployment.commits": [commit.revision for commit in commits],
    }
    common = {"service.name": service, **{key: pipeline.get(key) for key in _OF_THE_CHANGE}}
    report.send([*change_forms(report, commits, common), report.form(_EVENT, attributes, time=finished_at)])


def _previous(client: Client, service: str, environment: str, deployment_id: str) -> str:
    """Return the revision of the last deployment there that succeeded, as far as Assay knows.

    A step that is repeated finds its own deployment, which is not the one before.
    """
    try:
        answer = client.get("/events", event=_EVENT, service=service, environment=environment, start="365d", limit=20)
    except AssayError:
        return ""  # whoever cannot be asked cannot be told either, which is said then
    for event in answer["events"]:
        revision = event["attributes"].get("vcs.ref.head.revision", {}).get("value")
        if event["status"] == "succeeded" and revision and event["subject"] != deployment_id:
            return str(revision)
    return ""


def _commits(previous: str, revision: str, *, told: bool) -> list[Commit]:
    try:
        commits = read_commits(previous, revision)
    except InvalidInput as error:
        if told:
            raise
        click.echo(f"warning: commits are not reported: {error}", err=True)
        return []
    if len(commits) == MAX_COMMITS:
        click.echo(f"warning: only the last {MAX_COMMITS} commits are reported", err=True)
    return commits


def _make_id(service: str, environment: str, revision: str, finished_at: str, pipeline: dict[str, str]) -> str:
    if run := pipeline.get("cicd.pipeline.run.id"):
        where = [pipeline.get("vcs.provider.name"), pipeline.get("vcs.owner.name"), pipeline.get("vcs.repository.name"), run]
        return "/".join([*filter(None, where), service, environment])
    return "/".join(filter(None, [service, environment, revision[:12], finished_at]))
