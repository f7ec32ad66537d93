from __future__ import annotations

from pathlib import Path

import click

from assay.cli._client import Client, asking
from assay.core.errors import NotFound
from assay.quality.compliance.recording import parse
from assay.quality.compliance.report import FORMATS


@click.command("report")
@click.option("--framework", default="qms-phase-4", show_default=True, help="Name of the framework.")
@click.option("--assessment", "key", metavar="ID", help="Which assessment.  [default: the newest of the framework]")
@click.option("--now", is_flag=True, help="Assess now, and report on that.")
@click.option(
    "--format", "form", type=click.Choice(sorted(FORMATS)), default="markdown", show_default=True, help="What form it has."
)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write.  [default: standard output]")
@asking
def command(
    client: Client, *, as_json: bool, framework: str, key: str | None, now: bool, form: str, output: Path | None
) -> None:
    """Write the report on an assessment that was kept: its controls, services, waivers, and the evidence of each check.

    As Markdown, as one HTML page that can be printed, or as OSCAL assessment results for the tools of auditors. --json is the
    same as --format oscal.
    """
    if now:
        answer = client.post("/compliance/assessments", {"frameworks": [framework]})["assessments"][0]
    else:
        answer = client.get_path("/compliance/assessments", key or _newest(client, framework))
    report = FORMATS["oscal" if as_json else form][1](parse(answer))
    if output is None:
        click.echo(report, nl=False)
    else:
        output.write_text(report, "utf-8")
        click.echo(f"{output} is written")


def _newest(client: Client, framework: str) -> str:
    points = client.get("/compliance/scores", framework=framework, limit=1)["points"]
    if not points:
        hint = "assess it with --now, or with `assay compliance check`"
        raise NotFound("assessment_missing", f"{framework} was not assessed yet", hint)
    newest: str = points[0]["assessment"]
    return newest
