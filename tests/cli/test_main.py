from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import click
import pytest
from click.testing import CliRunner, Result

from assay import __version__
from assay.cli import main as entry_point
from assay.cli.main import COMMANDS, program
from assay.core.errors import InvalidInput, Misconfigured, Retryable


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(program, arguments)


@click.command("broken")
@click.option("--how")
def _broken(how: str) -> None:
    raise {
        "input": InvalidInput("bad", "That is no trace id", "32 hexadecimal digits"),
        "configuration": Misconfigured("bad", "The key is unknown"),
        "later": Retryable("busy", "The journal is full", "try again"),
        "bug": ZeroDivisionError("division\nby zero"),
    }[how]


@pytest.fixture
def _broken_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "broken", "Fail.")
    monkeypatch.setitem(sys.modules, "assay.cli.broken", type(sys)("assay.cli.broken"))
    monkeypatch.setattr(sys.modules["assay.cli.broken"], "command", _broken, raising=False)


def test_the_help_lists_every_command() -> None:
    """`assay --help` names each command with the first line of its own help."""
    output = " ".join(_run("--help").output.split())
    for name, line in COMMANDS.items():
        command = import_module(f"assay.cli.{name}").command
        assert command.help.splitlines()[0] == line
        assert f"{name} {line}" in output


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str) -> None:
    """Each command explains itself and every option that it takes."""
    result = _run(name, "--help")
    assert result.exit_code == 0
    command = import_module(f"assay.cli.{name}").command
    for each in [command, *getattr(command, "commands", {}).values()]:
        assert each.help
        assert all(option.help for option in each.params if isinstance(option, click.Option))


def test_the_version_is_told() -> None:
    """`assay --version` prints the version of the package."""
    assert _run("--version").output == f"assay, version {__version__}\n"


def test_the_help_is_quick() -> None:
    """Asking for help loads no command, so neither the engine nor a server nor a client."""
    heavy = {"chdb", "grpc", "fastapi", "uvicorn", "httpx", "pydantic", "rich", "yaml"}
    code = f"""
import sys
from assay.cli.main import program
program(["--help"], standalone_mode=False)
sys.exit(", ".join({heavy!r} & set(sys.modules)) or 0)
"""
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


@pytest.mark.usefixtures("_broken_command")
@pytest.mark.parametrize(
    ("how", "exit_code", "stderr"),
    [
        ("input", 2, "error: That is no trace id\nhint: 32 hexadecimal digits\n"),
        ("configuration", 2, "error: The key is unknown\n"),
        ("later", 1, "error: The journal is full\nhint: try again\n"),
    ],
)
def test_errors_are_words_and_an_exit_code(how: str, exit_code: int, stderr: str) -> None:
    """An error of ours is told as message and hint on stderr; the exit code is the one of its class."""
    result = _run("broken", "--how", how)
    assert (result.exit_code, result.stderr, result.stdout) == (exit_code, stderr, "")


@pytest.mark.usefixtures("_broken_command")
def test_a_bug_is_told_in_one_line() -> None:
    """An exception that nobody foresaw is one line and a way to see more, never a stack trace."""
    result = _run("broken", "--how", "bug")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[0] == "error: this should not have happened: ZeroDivisionError: division"
    assert "--debug" in result.stderr.splitlines()[1]
    assert "Traceback" not in result.stderr


@pytest.mark.usefixtures("_broken_command")
def test_debug_shows_the_trace() -> None:
    """With --debug the exception itself gets out."""
    assert isinstance(_run("--debug", "broken", "--how", "bug").exception, ZeroDivisionError)
    assert isinstance(_run("--debug", "broken", "--how", "input").exception, InvalidInput)


@pytest.mark.parametrize("arguments", [["nonsense"], ["--nonsense"], ["serve", "--nonsense"], ["demo", "--seconds", "0"]])
def test_wrong_usage_is_wrong_input(arguments: list[str]) -> None:
    """An unknown command, option or value exits with 2, as any other wrong input."""
    result = _run(*arguments)
    assert result.exit_code == 2
    assert "Error: " in result.stderr


def test_the_package_runs_as_a_module() -> None:
    """`python -m assay` is the same program as `assay`."""
    assert callable(entry_point)
    done = subprocess.run([sys.executable, "-m", "assay", "--version"], check=True, capture_output=True, text=True)
    assert done.stdout == f"assay, version {__version__}\n"
