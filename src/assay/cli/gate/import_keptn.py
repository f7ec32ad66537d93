from __future__ import annotations

from pathlib import Path

import click
import yaml

from assay.core.errors import InvalidInput
from assay.quality.documents import Document, locate
from assay.quality.gates import parse_gate
from assay.quality.gates.keptn import import_slo

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("import-keptn")
@click.argument("file", type=_FILE)
@click.option("--name", default="imported", show_default=True, help="Name of the gate.")
def command(file: Path, name: str) -> None:
    """Print the gate that FILE stands for, an slo.yaml of Keptn; what needs a look is said in comments."""
    text = file.read_text("utf-8")
    try:
        gate, notes = import_slo(yaml.safe_load(text), name)
    except yaml.YAMLError as error:
        raise InvalidInput("slo_invalid", f"{file} is no YAML: {str(error).splitlines()[0]}", "check the file") from error
    except InvalidInput as error:
        problem = locate(error, file, text)
        raise InvalidInput(error.code, str(problem), error.hint) from error
    written = yaml.safe_dump(gate, sort_keys=False, allow_unicode=True, width=120)
    parse_gate(Document(file, "gate", yaml.safe_load(written), written, ""))
    click.echo("".join(f"# {note}\n" for note in notes) + written, nl=False)
