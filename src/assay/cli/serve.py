from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from assay import policies
from assay.app import serve
from assay.core import config


@click.command("serve")
@click.option(
    "--config",
    "config_path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    envvar="ASSAY_CONFIG",
    help="YAML file to read; also from ASSAY_CONFIG.",
)
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="Directory of the journal and the store.")
@click.option("--host", help="Address to listen on, for all receivers and the API.")
@click.option("--log-level", type=click.Choice(["debug", "info", "warning", "error"]), help="Least severe level to log.")
@click.option(
    "--insecure-no-auth", is_flag=True, help="Allow addresses other than loopback although nothing asks for credentials."
)
def command(
    config_path: Path | None, data: Path | None, host: str | None, log_level: str | None, insecure_no_auth: bool
) -> None:
    """Receive, store and answer until stopped.

    Flags win over the environment (ASSAY_…), which wins over the file.
    """
    overrides: dict[str, Any] = {}
    if data:
        overrides["data_dir"] = data
    if host:
        listener = {"host": host}
        overrides |= {"receivers": {"otlp": {"grpc": listener, "http": listener}}, "api": listener}
    if log_level:
        overrides["log_level"] = log_level
    if insecure_no_auth:
        overrides["insecure_no_auth"] = True
    loaded = config.load(config_path, overrides)
    policies.read(config_path)
    serve(loaded, config_path)
