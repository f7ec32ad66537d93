"""Real systems for tests: what there is, how it is got, and where it is.

Each is unpacked or built into a folder of its own below `.peers`, or below `$ASSAY_PEERS`; nothing is installed on the machine.
The tools of the systems that they come from (apt-get, pip, npm, go, mvn) find their registries as they are configured.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

_HERE = Path(__file__).parent
_WHERE = Path(os.environ.get("ASSAY_PEERS") or _HERE.parents[1] / ".peers").resolve()
_SECONDS = 3600.0


class NotInstalled(AssertionError):
    """A test needs a system that nobody has got yet."""


def known() -> dict[str, dict[str, Any]]:
    """Return the entries of `peers.yaml` by name."""
    read: dict[str, dict[str, Any]] = yaml.safe_load((_HERE / "peers.yaml").read_text())
    return read


def folder(name: str) -> Path:
    """Return where a system is.

    Raises:
        NotInstalled: it is not there, or not as `peers.yaml` has it now.
    """
    if not _is_ready(name):
        raise NotInstalled(f"{name} is not installed: run `make peers ONLY={name}`, or `make peers` for all systems")
    return _WHERE / name


def install(name: str) -> bool:
    """Get a system, unless it is there as `peers.yaml` has it; return whether anything was done.

    Raises:
        subprocess.CalledProcessError: a tool has failed, and has said why.
        FileNotFoundError: a tool is missing.
    """
    _WHERE.mkdir(parents=True, exist_ok=True)
    with (_WHERE / f".{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _is_ready(name):
            return False
        target = _WHERE / name
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        for kind, wanted in known()[name].items():
            _KINDS[kind](target, wanted)
        (target / ".ready").write_text(_mark(name))
        return True


def _is_ready(name: str) -> bool:
    mark = _WHERE / name / ".ready"
    return mark.exists() and mark.read_text() == _mark(name)


def _mark(name: str) -> str:
    return hashlib.sha256(json.dumps(known()[name], sort_keys=True).encode()).hexdigest()


def _run(command: Sequence[str | Path], where: Path, **environment: str) -> None:
    subprocess.run(command, cwd=where, env=os.environ | environment, check=True, timeout=_SECONDS)


def _debian(target: Path, packages: list[str]) -> None:
    """Download packages as the distribution has them, by name without what they depend on, and unpack them."""
    _run(["apt-get", "-q", "-o", "APT::Sandbox::User=", "download", *packages], target)
    for package in target.glob("*.deb"):
        _run(["dpkg", "-x", package, target], target)
        package.unlink()


def _python(target: Path, requirements: list[str]) -> None:
    """Install into a virtual environment of its own: `bin/python` runs with it."""
    venv.create(target, with_pip=True)
    _run([target / "bin" / "python", "-m", "pip", "install", "-q", "--no-input", *requirements], target)


def _node(target: Path, packages: list[str]) -> None:
    """Install into `node_modules`."""
    _run(["npm", "install", "--no-audit", "--no-fund", "--prefix", target, *packages], target)


def _go(target: Path, commands: list[str]) -> None:
    """Build commands (`package@version`) into `bin`, within a module of ours, as those with replacements need it."""
    (target / "bin").mkdir()
    for number, command in enumerate(commands):
        module = target / f"module{number}"
        module.mkdir()
        _run(["go", "mod", "init", "peer"], module)
        _run(["go", "get", command], module)
        _run(["go", "build", "-o", f"{target / 'bin'}/", command.partition("@")[0]], module)


def _maven(target: Path, artifact: str) -> None:
    """Copy `group:artifact:version` and all that it needs into `lib`; with `:packaging:classifier`, that one file only."""
    if artifact.count(":") > 2:
        _run(["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={artifact}", f"-DoutputDirectory={target / 'lib'}"], target)
        return
    group, name, version = artifact.split(":")
    (target / "pom.xml").write_text(
        "<project><modelVersion>4.0.0</modelVersion><groupId>peer</groupId><artifactId>peer</artifactId><version>1</version>"
        f"<dependencies><dependency><groupId>{group}</groupId><artifactId>{name}</artifactId><version>{version}</version>"
        "</dependency></dependencies></project>"
    )
    _run(["mvn", "-q", "-B", "dependency:copy-dependencies", f"-DoutputDirectory={target / 'lib'}"], target)


def _collector(target: Path, wanted: dict[str, Any]) -> None:
    """Build a Collector of modules (`path@version`) into `bin/collector`, by its own builder of that version."""
    modules = {kind: [{"gomod": module.replace("@", " ")} for module in paths] for kind, paths in wanted["modules"].items()}
    sources = target / "sources"
    dist = {"name": "collector", "output_path": str(sources), "version": wanted["version"]}
    (target / "modules.yaml").write_text(yaml.safe_dump({"dist": dist, **modules}))
    builder = f"go.opentelemetry.io/collector/cmd/builder@v{wanted['version']}"
    _run(["go", "run", builder, "--config", target / "modules.yaml"], target)
    (target / "bin").mkdir()
    (sources / "collector").rename(target / "bin" / "collector")
    shutil.rmtree(sources)


_KINDS: dict[str, Callable[[Path, Any], None]] = {
    "debian": _debian,
    "python": _python,
    "node": _node,
    "go": _go,
    "maven": _maven,
    "collector": _collector,
}


def main(wanted: Sequence[str]) -> int:
    """Get the named systems, or all; return 1 if one could not be had, after the others."""
    names = known()
    if unknown := [name for name in wanted if name not in names]:
        print(f"There is no peer {unknown[0]}; known are {', '.join(names)}", file=sys.stderr)
        return 1
    failed = []
    for name in wanted or names:
        try:
            print(f"{name}: {'installed' if install(name) else 'is there'}", flush=True)
        except (OSError, subprocess.SubprocessError) as error:
            print(f"{name}: {error}", file=sys.stderr)
            failed.append(name)
    if failed:
        print(f"Not installed: {', '.join(failed)}", file=sys.stderr)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
