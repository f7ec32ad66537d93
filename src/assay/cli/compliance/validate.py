from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from assay.cli.gate.validate import told
from assay.cli.policy._scratch import scratch
from assay.core.errors import InvalidInput
from assay.quality.compliance import Library, verify
from assay.quality.documents import Documents


@click.command("validate")
@click.argument("directory", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
def command(directory: Path | None) -> None:
    """Check the frameworks and waivers in DIRECTORY (quality/); exit 2 with file, line, key and hint if one cannot be used.

    No server is needed: an engine of its own is asked about statements.
    """
    shelf = Library(Documents(directory or Path("quality"))).read()
    own = [framework for framework in shelf.frameworks.values() if framework.document]
    if any(framework.own for framework in own):
        with scratch() as (engine, *_):
            shelf.problems.extend(problem for framework in own for problem in verify(framework, engine))
    for problem in shelf.problems:
        click.echo(told(asdict(problem)), err=True)
    if shelf.problems:
        click.get_current_context().exit(2)
    if not own and not shelf.waivers:
        raise InvalidInput("documents_missing", "There are no frameworks and no waivers in what was given", "name a directory")
    for framework in own:
        assert framework.document
        click.echo(f"{framework.document.path} is valid: the framework {framework.id} with {len(framework.controls)} controls")
    for path in dict.fromkeys(waiver.document.path for waiver in shelf.waivers):
        count = sum(waiver.document.path == path for waiver in shelf.waivers)
        click.echo(f"{path} is valid: {count} {'waiver' if count == 1 else 'waivers'}")
