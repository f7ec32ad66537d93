"""The HTTP API from the command line, and the options that all commands take which ask it."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from functools import wraps
from typing import Any
from urllib.parse import quote

import click
import httpx

from assay.core.errors import AssayError, InvalidInput, Permanent, Retryable, TimedOut

_SECONDS = 120


class Client:
    """Ask the server at `server`; what goes wrong is raised as the error that the server tells."""

    def __init__(self, server: str) -> None:
        self.server = server.rstrip("/")
        # A proxy for the world outside does not lead to a server on this machine.
        self._http = httpx.Client(base_url=f"{self.server}/api/v1", timeout=_SECONDS, trust_env=False)

    def get(self, path: str, **parameters: Any) -> Any:
        """Return the JSON answer; parameters that are None or empty are left out, those that are lists repeated.

        Raises:
            InvalidInput: the server says that the question is wrong.
            Permanent: nobody answers there, or the server failed.
            Retryable: the server is not ready for now.
            TimedOut: it took too long.
        """
        given = {name: value for name, value in parameters.items() if value not in (None, "", ())}
        return self._ask("GET", path, params=given)

    def get_path(self, path: str, key: str) -> Any:
        """Return the JSON answer for one thing by its id, which may hold any characters; errors as of `get`."""
        return self._ask("GET", f"{path}/{quote(key, safe='/')}")

    def post(self, path: str, body: Any) -> Any:
        """Send JSON and return the JSON answer; errors as of `get`."""
        return self._ask("POST", path, json=body)

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def _ask(self, method: str, path: str, **content: Any) -> Any:
        try:
            response = self._http.request(method, path, **content)
        except httpx.TimeoutException as error:
            raise TimedOut("server_slow", f"{self.server} did not answer in {_SECONDS} seconds", "ask for less") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Permanent(
                "server_unreachable",
                f"No Assay answers at {self.server}",
                "start one with `assay serve`, or name another with --server or ASSAY_SERVER",
            ) from error
        if response.is_success:
            return _json(response)
        raise _error(response)


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError as error:
        raise Permanent("server_unknown", f"What answers at {response.url} is no Assay", "check --server") from error


def _error(response: httpx.Response) -> AssayError:
    try:
        told = response.json()["error"]
        words = told["code"], told["message"], told["hint"]
    except (ValueError, TypeError, KeyError):
        return Permanent("server_unknown", f"{response.url} answered with status {response.status_code}", "check --server")
    if response.status_code == Retryable.http_status:
        return Retryable(*words)
    if response.status_code == TimedOut.http_status:
        return TimedOut(*words)
    return InvalidInput(*words) if response.is_client_error else Permanent(*words)


def asking(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command `client` and `as_json`, from its options `--server` and `--json`."""

    @click.option(
        "--server", metavar="URL", help="Where Assay answers; also from ASSAY_SERVER.  [default: http://127.0.0.1:8777]"
    )
    @click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON, for programs.")
    @wraps(function)
    def ask(server: str | None, **given: Any) -> None:
        with closing(Client(server or configured())) as client:
            function(client=client, **given)

    return ask


def within(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command `since` and `until`, a time range as the API takes it."""
    function = click.option("--until", metavar="TIME", help="End of the time range, as --since.  [default: now]")(function)
    start = "Start of the time range: a duration ago such as 15m, or an RFC 3339 time.  [default: 1h]"
    return click.option("--since", metavar="TIME", help=start)(function)


def configured() -> str:
    """Return where Assay answers unless a command says otherwise."""
    host = os.environ.get("ASSAY_API__HOST", "127.0.0.1")
    return os.environ.get("ASSAY_SERVER") or f"http://{host}:{os.environ.get('ASSAY_API__PORT', '8777')}"
