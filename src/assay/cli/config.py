from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import yaml

from assay.cli.policy._scratch import scratch
from assay.core.config import Config, load, read_environment

_CONFIG_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("config")
def command() -> None:
    """Show, check and describe the configuration."""


@command.command()
@click.option("--config", "path", type=_CONFIG_FILE, envvar="ASSAY_CONFIG", help="YAML file; also from ASSAY_CONFIG.")
def show(path: Path | None) -> None:
    """Print the configuration in effect, and where each value that is no default comes from."""
    click.echo(render(load(path), path), nl=False)


@command.command()
@click.argument("file", type=_CONFIG_FILE)
def validate(file: Path) -> None:
    """Check FILE together with the environment; exit 2 if a key is unknown or a value is not allowed.

    Conditions of exporters are shown to an engine of its own, so no server is needed. `assay policy check` checks the policies.
    """
    from assay import exporters  # noqa: PLC0415 - only what checks without a server loads it

    given = exporters.parse(load(file).exporters, file)
    if any(any(condition is not None for _, condition in each.conditions) for each in given.values()):
        with scratch() as (engine, _, _):
            exporters.validate(given, engine, file)
    click.echo(f"{file} is valid")


@command.command()
def schema() -> None:
    """Print the JSON schema of the configuration, as editors use it."""
    from assay import exporters  # noqa: PLC0415 - as above

    whole, section = Config.model_json_schema(), exporters.json_schema()
    whole["$defs"] |= section.pop("$defs")
    whole["properties"]["exporters"] |= section
    click.echo(json.dumps(whole, indent=2))


def render(config: Config, path: Path | None) -> str:
    """Return `config` as YAML; values that come from the file at `path` or the environment say so behind a `#`."""
    origins: dict[tuple[str, ...], str] = {}
    if path:
        origins |= dict.fromkeys(_leaves(yaml.safe_load(path.read_text("utf-8")) or {}), str(path))
    for key in _leaves(read_environment()):
        origins[key] = "ASSAY_" + "__".join(key).upper()
    lines = []
    seen: tuple[str, ...] = ()
    for key, value in _leaves(config.model_dump(mode="json")).items():
        for depth, section in enumerate(key[:-1]):
            if key[: depth + 1] != seen[: depth + 1]:
                lines.append(f"{'  ' * depth}{section}:")
        seen = key
        line = f"{'  ' * (len(key) - 1)}{key[-1]}: {json.dumps(value)}"
        lines.append(f"{line}  # {origins[key]}" if key in origins else line)
    return "\n".join(lines) + "\n"


def _leaves(values: dict[str, Any]) -> dict[tuple[str, ...], Any]:
    def walk(values: dict[str, Any], above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
        for name, value in values.items():
            if isinstance(value, dict) and value:
                yield from walk(value, (*above, name))
            else:
                yield (*above, name), value

    return dict(walk(values, ()))
