from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from click.testing import CliRunner, Result
from tests.cli.conftest import Run

from assay.cli.main import program

_COMMANDS = [
    ["status"],
    ["services"],
    ["traces", "search"],
    ["traces", "show", "ab" * 16],
    ["logs", "search"],
    ["logs", "tail"],
    ["metrics", "list"],
    ["metrics", "show", "x"],
    ["sql", "SELECT 1"],
]


def _run(*arguments: str, **environment: str) -> Result:
    cleared = dict.fromkeys(("ASSAY_SERVER", "ASSAY_API__HOST", "ASSAY_API__PORT"))
    return CliRunner(env=cleared | environment).invoke(program, arguments)


@pytest.mark.parametrize("command", _COMMANDS, ids=" ".join)
def test_without_a_server_a_command_says_how_to_start_one(command: list[str]) -> None:
    """Where nobody answers, every command says so, how to start a server and how to name another, and exits with 1."""
    result = _run(*command, "--server", "http://127.0.0.1:1")
    assert result.exit_code == 1
    error, hint = result.stderr.splitlines()
    assert error == "error: No Assay answers at http://127.0.0.1:1"
    assert "assay serve" in hint
    assert "--server" in hint
    assert result.stdout == ""


def test_the_server_is_found_by_flag_variable_or_configuration() -> None:
    """A flag wins over ASSAY_SERVER, which wins over the configured address of the API, which is else the usual one."""
    both = {"ASSAY_SERVER": "http://127.0.0.1:2", "ASSAY_API__PORT": "3"}
    assert "http://127.0.0.1:1" in _run("status", "--server", "http://127.0.0.1:1/", **both).stderr
    assert "http://127.0.0.1:2" in _run("status", **both).stderr
    assert "http://127.0.0.1:3" in _run("status", ASSAY_API__PORT="3").stderr
    assert "http://127.0.0.2:4" in _run("status", ASSAY_API__HOST="127.0.0.2", ASSAY_API__PORT="4").stderr


@pytest.mark.parametrize("url", ["nonsense", "ftp://127.0.0.1", "http://[", "http://127.0.0.1:99999", ""])
def test_a_wrong_address_is_told(url: str) -> None:
    """What is no address of a server is told as one that does not answer."""
    result = _run("status", ASSAY_SERVER=url or "http://")
    assert result.exit_code == 1
    assert "No Assay answers at" in result.stderr


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["traces", "search", "--limit", "0"], ["limit"]),
        (["traces", "search", "--min-duration", "5"], ["'5' is no duration", "250ms"]),
        (["traces", "search", "-a", "x"], ["'x' is no condition"]),
        (["traces", "show", "zz"], ["'zz' is no trace id", "32"]),
        (["traces", "show", "../x"], ["There is nothing at"]),
        (["traces", "show", "12" * 16], ["There is no trace"]),
        (["logs", "search", "--severity", "loud"], ["'loud' is no severity", "warn"]),
        (["metrics", "show", "none-such"], ["none-such"]),
        (["sql", "SELEC"], ["SELEC"]),
        (["sql", "DROP TABLE otel_traces"], ["TABLE"]),
    ],
)
def test_wrong_input_is_told_in_the_words_of_the_api(run: Run, command: list[str], words: list[str]) -> None:
    """What the API refuses is wrong input: its message and hint on stderr, exit code 2."""
    result = run(*command)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert result.stderr.startswith("error: ")
    assert all(word in result.stderr for word in words), result.stderr


@contextmanager
def _answering(status: int, body: bytes) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (200, b"<html>", "is no Assay"),
        (404, b"<html>", "status 404"),
        (502, b"{}", "status 502"),
        (500, b'{"error": {"code": "c", "message": "Broken", "hint": ""}}', "Broken"),
        (503, b'{"error": {"code": "c", "message": "Busy", "hint": "wait"}}', "Busy"),
        (408, b'{"error": {"code": "c", "message": "Too slow", "hint": "ask for less"}}', "Too slow"),
    ],
)
def test_a_failing_or_foreign_server_is_told(status: int, body: bytes, words: str) -> None:
    """What is no Assay is said to be none, and failures of one are told; both exit with 1."""
    with _answering(status, body) as url:
        result = _run("status", "--server", url)
    assert result.exit_code == 1
    assert words in result.stderr
