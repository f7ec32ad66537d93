"""The frame of all commands: find them, run one, turn every error into words and an exit code."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from assay import __version__
from assay.core.errors import AssayError

COMMANDS = {
    "demo": "Run three small services that send real telemetry, and see it.",
    "serve": "Receive, store and answer until stopped.",
    "status": "Show whether Assay works, what came in and what is stored.",
    "services": "List who sends what, how fast and with how many errors.",
    "graph": "Show who calls whom, how often, how fast and with how many errors.",
    "traces": "Search traces, show one, and say why it is kept.",
    "logs": "Search log records and events, and follow them.",
    "metrics": "List metrics and show how one went.",
    "dora": "Measure how software is delivered: frequency, lead time, failures, recovery and rework.",
    "doctor": "Check telemetry for what is wrong with it, and score each service.",
    "gate": "Stop a release by evidence: evaluate quality gates, check their documents, and show what they said.",
    "baseline": "Take baselines of services, and compare a release with them.",
    "compliance": "Assess the controls of a framework by what telemetry and events prove.",
    "events": "List deployments, changes, incidents and results, and show one.",
    "deployment": "Report deployments, from a pipeline or by hand.",
    "change": "Report changes, from a pipeline or by hand.",
    "incident": "Report incidents, from a pipeline, an alert or by hand.",
    "policy": "Show, check, test and try out policies: filters, enrichment, scrubbing and sampling.",
    "exporters": "Show, hold and repeat what is sent on to other systems.",
    "dashboards": "Write the dashboards for Grafana and the rules for Prometheus into DIRECTORY.",
    "sql": "Ask in ClickHouse's SQL; QUERY is one SELECT, or - to read it from standard input.",
    "config": "Show, check and describe the configuration.",
}
"""The first line of each command's help, in the order of the help.

`<name>.py` beside this file holds the click command `command`; it is imported only when the command is used.
"""


class Program(click.Group):
    """A group that imports a command only when it is used and shows no stack trace unless asked to."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"assay.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if ctx.params["debug"]:
                raise
            ctx.exit(_tell(error))


def _tell(error: Exception) -> int:
    """Say what went wrong and what to do next; return the exit code."""
    if isinstance(error, AssayError):
        click.echo(f"error: {error.message}", err=True)
        if error.hint:
            click.echo(f"hint: {error.hint}", err=True)
        return error.exit_code
    said = str(error).partition("\n")[0]
    click.echo(f"error: this should not have happened: {type(error).__name__}: {said}", err=True)
    click.echo("hint: put --debug before the command to see where it happened", err=True)
    return 1


@click.group(name="assay", cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="assay")
@click.option("--debug", is_flag=True, help="Show the stack trace of an error.")
def program(debug: bool) -> None:
    """Assay receives OpenTelemetry data, keeps it safe and answers questions on it."""


def main() -> None:
    """Run the command line of this process and exit: 0 done, 1 failed, 2 wrong input or configuration."""
    program(prog_name="assay")
