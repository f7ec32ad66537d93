from __future__ import annotations

from typing import Any
from urllib.parse import quote

import click

from assay.cli._client import Client, asking
from assay.cli._pipeline import read_pipeline
from assay.cli.gate._words import FORMAT, tell
from assay.core.errors import AssayError, Misconfigured

_LINKS = ("vcs.ref.head.revision", "vcs.repository.url.full", "cicd.pipeline.run.id", "cicd.pipeline.run.url.full")
_FAILED, _WARNING, _UNDECIDED = 1, 3, 4


@click.command("check")
@click.argument("name")
@click.option("--service", help="Service that is judged.  [default: as the gate says]")
@click.option("--version", help="Version of the service; only its requests count.")
@click.option("--environment", help="Environment; only what ran there counts.")
@click.option("--operation", help="Operation; only its spans count.")
@click.option("--stage", help="Stage; only objectives of this stage or of none count.")
@click.option("--window", metavar="DURATION", help="Time up to now, of whole minutes, such as 15m.")
@click.option("--until", "end", metavar="TIME", help="End of the window: RFC 3339, or a duration ago.  [default: now]")
@click.option("--deployment", metavar="ID", help="Deployment that it is about, as reported with `assay deployment`.")
@FORMAT
@click.option("--strict", is_flag=True, help="Exit with 3 on a warning.")
@click.option("--sql", is_flag=True, help="Show the statements behind the values.")
@asking
def command(client: Client, as_json: bool, *, name: str, form: str, strict: bool, deployment: str | None, **asked: Any) -> None:
    """Evaluate the gate NAME: exit 0 if it passed, 1 if it failed, 4 if that cannot be decided, 2 if nothing was evaluated.

    A warning is 0, or 3 with --strict. Without data, or with a query that fails, nothing passes. Commit and run are read from
    GitHub Actions, GitLab CI, Jenkins or Git, and kept with the evaluation.
    """
    body = {key: value for key, value in asked.items() if value} | {"links": read_links(deployment)}
    try:
        answer = client.post(f"/gates/{quote(name, safe='')}/evaluations", body)
    except AssayError as error:
        # Whatever the reason, nothing was said of the release, and that is not the same as a gate that failed.
        raise Misconfigured(error.code, error.message, error.hint) from error
    tell(answer, "json" if as_json else form)
    click.get_current_context().exit(exit_code(answer, strict))


def read_links(deployment: str | None) -> dict[str, Any]:
    """Return what an evaluation is linked to: commit and run of the pipeline, and a deployment if one is named."""
    pipeline = read_pipeline()
    links = {key: pipeline[key] for key in _LINKS if key in pipeline}
    return links | ({"deployment.id": deployment} if deployment else {})


def exit_code(answer: dict[str, Any], strict: bool) -> int:
    """Return the exit code for an evaluation."""
    if answer["result"] == "failed":
        return _FAILED if answer["decided"] else _UNDECIDED
    return _WARNING if strict and answer["result"] == "warning" else 0
