from __future__ import annotations

import signal
from pathlib import Path

import click
from rich.console import Console

from assay.demo.tour import tour


@click.command("demo")
@click.option("--once", is_flag=True, help="Place 60 orders, check that all that was sent is stored, and end.")
@click.option("--seconds", type=click.FloatRange(min=0, min_open=True), help="End after this time instead of at Ctrl-C.")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Start an Assay with its data in this directory, even if one runs already.",
)
@click.pass_context
def command(ctx: click.Context, once: bool, seconds: float | None, data: Path | None) -> None:
    """Run three small services that send real telemetry, and see it.

    \b
    They send to the Assay that runs on this machine, or else to one that
    the demo starts, with its data in assay-data/demo.
    """
    if once and seconds:
        raise click.UsageError("--once ends by itself; leave out --seconds")
    for ending in (signal.SIGTERM, signal.SIGHUP):  # a closed terminal must not leave the processes behind
        signal.signal(ending, signal.default_int_handler)
    console = Console(soft_wrap=True, highlight=False)
    if not tour(once=once, seconds=seconds, data=data, console=console):
        ctx.exit(1)
