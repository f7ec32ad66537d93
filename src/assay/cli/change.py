from __future__ import annotations

from typing import Any

import click

from assay.cli._git import read_commits, resolve
from assay.cli._pipeline import read_pipeline
from assay.cli._report import Report, change_forms, reporting
from assay.core.errors import InvalidInput

_REPOSITORY = ("vcs.provider.name", "vcs.owner.name", "vcs.repository.name", "vcs.repository.url.full")


@click.group("change")
def command() -> None:
    """Report changes, from a pipeline or by hand."""


@command.command()
@click.option("--service", envvar="OTEL_SERVICE_NAME", help="Service that is changed; also from OTEL_SERVICE_NAME.")
@click.option("--revision", help="Commit to report.  [default: that of the pipeline, or HEAD]")
@click.option("--since", metavar="REVISION", help="Report all commits after this one.")
@click.option("--category", help="Kind of change, such as feature, bugfix or hotfix.")
@reporting
def committed(report: Report, service: str | None, revision: str | None, since: str | None, category: str | None) -> None:
    """Report commits, with their times, from the Git repository in the current directory.

    `assay deployment finished` reports the commits of a deployment by itself; this is for changes that are not deployed yet.
    """
    pipeline = read_pipeline()
    last = resolve(revision or pipeline.get("vcs.ref.head.revision", ""))
    if not last:
        raise InvalidInput("revision_unknown", "There is no commit to report", "run it in a Git repository, or add --revision")
    commits = read_commits(since or "", last)
    if not commits:
        click.echo("There are no commits to report.", err=True)
        return
    common: dict[str, Any] = {key: pipeline.get(key) for key in (*_REPOSITORY, "vcs.ref.head.name", "vcs.change.id")}
    forms = change_forms(report, commits, {**common, "service.name": service})
    for form in forms:
        if category:
            form["attributes"]["qms.change.category"] = category
    report.send(forms)
