"""``lanyard doctor``: what of this machine, and of the way to the gateway, helps or hinders."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import entry_points
from typing import Annotated

import typer
from rich.text import Text

from lanyard_client.cli.machine import look_at_machine
from lanyard_client.cli.output import out, plain, print_json, table, word
from lanyard_client.cli.reach import look_at_gateway
from lanyard_client.cli.run import ExitCode, settings_of
from lanyard_client.cli.settings import environment_of_process
from lanyard_client.errors import BadSettings
from lanyard_core.finding import Finding, Grade

GROUP = "lanyard.checks"


def doctor(
    ctx: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="The findings as JSON.")] = False,
) -> None:
    """Say what helps or hinders here.

    Looks at this machine, and at the way from it to the gateway. The exit code is 1 when something
    will not work.
    """
    found = [*look_at_machine(environment_of_process()), *_findings_of_others()]
    found += _gateway(ctx)
    show(found, json=json)
    raise typer.Exit(ExitCode.NO if _worst(found) is Grade.BAD else ExitCode.OK)


def show(found: Sequence[Finding], *, json: bool) -> None:
    """The findings, for a person or a program."""
    if json:
        print_json({"findings": [asdict(finding) for finding in found]})
        return
    lines = table("", "", "")
    for finding in found:
        told = Text(plain(finding.detail))
        if finding.remedy:
            told.append(f"\n{plain(finding.remedy)}", style="dim")
        lines.add_row(word(finding.grade.value), plain(finding.name), told)
    out.print(lines)
    counted = {grade: sum(finding.grade is grade for finding in found) for grade in Grade}
    out.print(f"\n{counted[Grade.BAD]} bad, {counted[Grade.WARNING]} to look at")


def _gateway(ctx: typer.Context) -> list[Finding]:
    try:
        settings = settings_of(ctx)
    except BadSettings as error:
        return [Finding("settings", Grade.BAD, str(error))]
    return asyncio.run(look_at_gateway(settings))


def _findings_of_others() -> list[Finding]:
    found: list[Finding] = []
    for name, point in {point.name: point for point in entry_points(group=GROUP)}.items():
        try:
            found += point.load()()
        except Exception as error:  # noqa: BLE001  whatever another package's check does
            detail = f"the check could not be made: {type(error).__name__}: {error}"
            found.append(Finding(name, Grade.WARNING, detail))
    return found


def _worst(found: Sequence[Finding]) -> Grade:
    return max((finding.grade for finding in found), key=list(Grade).index, default=Grade.GOOD)
