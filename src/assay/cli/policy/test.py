from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import click

from assay.cli._render import clean, counted
from assay.cli.policy._scratch import CONFIG_FILE, read_valid, scratch
from assay.policies import parse
from assay.policies.cases import Bench, Case, Result, read_cases

_Run = dict[Path, Sequence[Result]]


@click.command("test")
@click.argument("files", metavar="FILE…", nargs=-1, required=True, type=CONFIG_FILE)
@click.option(
    "--config", "path", type=CONFIG_FILE, help="Policies of the cases that have none.  [default: what comes with Assay]"
)
@click.option(
    "--junit", type=click.Path(dir_okay=False, path_type=Path), help="Write the results as JUnit XML, as CI reads it."
)
@click.option("-v", "--verbose", is_flag=True, help="Name the cases that hold, too.")
def command(files: Sequence[Path], path: Path | None, junit: Path | None, verbose: bool) -> None:
    """Run behaviour tests: does what a case gives become what it expects? Exit 1 if not.

    FILE is a list of cases with `policies`, `given` and `expected`; docs/policies.md has examples. They run in a store of their
    own, without a server.
    """
    cases = {file: read_cases(file.read_text("utf-8"), str(file)) for file in files}
    results = _run(cases, path)
    failed = 0
    for file, found in results.items():
        for result in found:
            failed += bool(result.differences)
            _print(file, result, verbose)
    if junit:
        junit.write_bytes(_junit(results))
    total = sum(map(len, results.values()))
    click.echo(f"{counted(total, 'case')}, {counted(failed, 'failure')}" if failed else f"{counted(total, 'case')} hold")
    sys.exit(1 if failed else 0)


def _run(cases: dict[Path, list[Case]], path: Path | None) -> _Run:
    listed = [(file, case) for file, some in cases.items() for case in some]
    with scratch() as (engine, bring, key):
        policies = read_valid(path, engine) if path else parse(None)
        found = {id(result.case): result for result in Bench(engine, bring, key).run([case for _, case in listed], policies)}
    return {file: [found[id(case)] for case in some] for file, some in cases.items()}


def _print(file: Path, result: Result, verbose: bool) -> None:
    if result.differences:
        click.secho(f"FAILS  {file}: {clean(result.case.name)}", fg="red")
        for difference in result.differences:
            click.echo(f"       {clean(difference)}")
    elif verbose:
        click.secho(f"holds  {file}: {clean(result.case.name)}", fg="green")


def _junit(results: _Run) -> bytes:
    suites = ElementTree.Element("testsuites")
    for file, found in results.items():
        failures = sum(bool(result.differences) for result in found)
        suite = ElementTree.SubElement(suites, "testsuite", name=str(file), tests=str(len(found)), failures=str(failures))
        for result in found:
            case = ElementTree.SubElement(suite, "testcase", classname=str(file), name=result.case.name)
            if result.differences:
                failure = ElementTree.SubElement(case, "failure", message=clean(result.differences[0]))
                failure.text = "\n".join(map(clean, result.differences))
    written: bytes = ElementTree.tostring(suites, "utf-8", xml_declaration=True)
    return written
