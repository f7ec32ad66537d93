from __future__ import annotations

import time
from typing import Any
from urllib.parse import quote

import click

from assay.cli._client import Client, asking
from assay.cli._render import clean, counted
from assay.cli.gate._words import FORMAT, tell
from assay.cli.gate.check import exit_code, read_links
from assay.core.errors import AssayError, Misconfigured, Retryable, TimedOut

_MISSED = 20


@click.command("watch")
@click.argument("name")
@click.option("--service", help="Service that is judged.  [default: as the gate says]")
@click.option("--version", help="Version of the service; only its requests count.")
@click.option("--environment", help="Environment; only what ran there counts.")
@click.option("--operation", help="Operation; only its spans count.")
@click.option("--stage", help="Stage; only objectives of this stage or of none count.")
@click.option("--since", metavar="TIME", help="When the rollout began: RFC 3339, or a duration ago.  [default: now]")
@click.option("--for", "time_", metavar="DURATION", help="How long to watch, in whole minutes.  [default: 30m]")
@click.option(
    "--every", type=click.FloatRange(min=0.1), default=15.0, show_default=True, metavar="SECONDS", help="How often to look."
)
@click.option("--significance", type=float, help="Chance of stopping what is not worse.  [default: 0.01]")
@click.option("--deployment", metavar="ID", help="Deployment that it is about, as reported with `assay deployment`.")
@FORMAT
@click.option("--strict", is_flag=True, help="Exit with 3 on a warning.")
@click.option("--sql", is_flag=True, help="Show the statements behind the values.")
@asking
def command(client: Client, as_json: bool, *, name: str, form: str, strict: bool, every: float, **asked: Any) -> None:
    """Watch a rollout by the gate NAME: stop as soon as it is surely worse, else evaluate the gate at the end.

    However often it looks, a release that is not worse is stopped with the chance --significance at most. Progress goes to
    standard error; the exit codes are those of `assay gate check`.
    """
    links = read_links(asked.pop("deployment"))
    body = {name.rstrip("_"): value for name, value in asked.items() if value} | {"links": links}
    minutes = missed = 0
    while True:
        try:
            answer = client.post(f"/gates/{quote(name, safe='')}/watch", body)
            missed = 0
        except AssayError as error:
            missed += 1
            if not _may_wait(error, missed, body):
                raise Misconfigured(error.code, error.message, error.hint) from error
            # What was missed is looked at the next time.
            click.echo(f"not answered for now: {clean(error.message)}", err=True)
        else:
            body["since"] = answer["since"]
            if answer["minutes"] != minutes:
                _tell_progress(answer)
            minutes = answer["minutes"]
            if answer["evaluation"]:
                break
        time.sleep(every)
    tell(answer["evaluation"], "json" if as_json else form)
    click.get_current_context().exit(exit_code(answer["evaluation"], strict))


def _may_wait(error: AssayError, missed: int, body: dict[str, Any]) -> bool:
    away = isinstance(error, Retryable | TimedOut) or error.code == "server_unreachable"
    return away and "since" in body and missed <= _MISSED


def _tell_progress(answer: dict[str, Any]) -> None:
    told = [f"{each['objective']}: {each['reason']}" for each in answer["objectives"] if each["evidence"] is not None]
    click.echo(clean(f"{counted(answer['minutes'], 'minute')}  {'; '.join(told) or 'nothing that can be watched'}"), err=True)
