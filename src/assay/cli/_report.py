"""How a pipeline reports events: what all such commands take, and how they send."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import datetime
from functools import wraps
from typing import Any

import click

from assay.cli._client import Client, configured
from assay.cli._git import Commit
from assay.cli._render import print_json
from assay.core import registry
from assay.core.errors import AssayError, InvalidInput, Permanent, Retryable

Form = dict[str, Any]

_PATIENCE_SECONDS = 30.0
_PAUSE_SECONDS = 1.0
_NUMBERS: dict[str, Callable[[str], Any]] = {"int": int, "double": float, "boolean": {"true": True, "false": False}.__getitem__}


class Report:
    """Where reports go and what becomes of errors."""

    def __init__(self, client: Client, *, as_json: bool, dry_run: bool, common: Form) -> None:
        self.client = client
        self._as_json = as_json
        self._dry_run = dry_run
        self._common = common

    def form(self, event: str, attributes: Form, **more: Any) -> Form:
        """Build one event; attributes that are not known are left out."""
        told = {**attributes, **self._common}
        told["qms.event.source"] = "cli"
        return {
            "event": event,
            **{key: value for key, value in more.items() if value not in (None, "")},
            "attributes": {key: value for key, value in told.items() if value not in (None, "", [], ())},
        }

    def send(self, forms: list[Form]) -> None:
        """Send events and say so; a server that does not answer for now is asked again for a while."""
        if self._dry_run:
            print_json(forms)
            return
        answer = self._post(forms)
        if self._as_json:
            print_json(answer)
            return
        shown = answer["ids"][-1] if len(answer["ids"]) > 1 else answer["ids"][0]
        more = f" and {len(answer['ids']) - 1} more" if len(answer["ids"]) > 1 else ""
        click.echo(f"Reported {shown}{more}")

    def _post(self, forms: list[Form]) -> Any:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        told = False
        while True:
            try:
                return self.client.post("/events", forms)
            except (Retryable, Permanent) as error:
                passing = isinstance(error, Retryable) or error.code == "server_unreachable"
                if time.monotonic() > deadline or not passing:
                    raise
            if not told:
                click.echo(f"Waiting for Assay at {self.client.server}", err=True)
                told = True
            time.sleep(_PAUSE_SECONDS)


def reporting(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command `report`, from the options that all commands take which report events."""
    for option in (
        click.option(
            "--server", metavar="URL", help="Where Assay answers; also ASSAY_SERVER.  [default: http://127.0.0.1:8777]"
        ),
        click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON, for programs."),
        click.option("--dry-run", is_flag=True, help="Print the events instead of sending them."),
        click.option("--ignore-errors", is_flag=True, help="Warn and exit with 0 if it fails, so that the pipeline goes on."),
        click.option("--team", envvar="ASSAY_TEAM", help="Team that answers for the service; also from ASSAY_TEAM."),
        click.option("-a", "--attribute", multiple=True, metavar="KEY=VALUE", help="A further attribute; repeatable."),
    ):
        function = option(function)

    @wraps(function)
    def run(*, server: str | None, ignore_errors: bool, team: str | None, attribute: tuple[str, ...], **given: Any) -> None:
        how = {name: given.pop(name) for name in ("as_json", "dry_run")}
        try:
            common = {**_pairs(attribute), **({"qms.team": team} if team else {})}
            with closing(Client(server or configured())) as client:
                function(report=Report(client, common=common, **how), **given)
        except AssayError as error:
            if not ignore_errors:
                raise
            click.echo(f"warning: not reported: {error}", err=True)

    return run


def service_of(given: str | None, pipeline: dict[str, str]) -> str:
    """Return the service that is told, or that the pipeline is for.

    Raises:
        InvalidInput: nobody says.
    """
    service = given or os.environ.get("OTEL_SERVICE_NAME") or pipeline.get("vcs.repository.name", "")
    if not service:
        raise InvalidInput("service_unknown", "No service is named", "add --service, or set OTEL_SERVICE_NAME")
    return service


def change_forms(report: Report, commits: Iterable[Commit], common: Form) -> list[Form]:
    """Build a `qms.change.committed` of each commit."""
    return [
        report.form(
            "qms.change.committed",
            {
                **common,
                "vcs.ref.head.revision": commit.revision,
                "vcs.change.title": commit.title,
                "user.name": commit.author,
                "qms.change.started_at": commit.authored_at if _is_before(commit.authored_at, commit.committed_at) else None,
                "qms.change.category": "merge" if commit.parents > 1 else "revert" if commit.reverts else None,
                "qms.change.reverts": list(commit.reverts),
            },
            time=commit.committed_at,
        )
        for commit in commits
    ]


def _is_before(first: str, second: str) -> bool:
    # Clocks of authors differ; a beginning after the commit says nothing.
    return datetime.fromisoformat(first) < datetime.fromisoformat(second)


def _pairs(given: Iterable[str]) -> Form:
    pairs: Form = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise InvalidInput("attribute_invalid", f"{text!r} is no attribute", "write --attribute key=value")
        known = registry.load().attributes.get(key)
        try:
            pairs[key] = _NUMBERS.get(known.type if known else "", str)(value)
        except (ValueError, KeyError):
            pairs[key] = value  # the server says what is wrong with it
    return pairs
