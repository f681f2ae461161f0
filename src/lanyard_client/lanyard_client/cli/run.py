"""Runs the work of a command with a client, and turns what goes wrong into a line and a code."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from enum import IntEnum

import typer

from lanyard_client.async_client import AsyncClient
from lanyard_client.cli.output import err, plain
from lanyard_client.cli.settings import Options, Settings, environment_of_process, read_settings
from lanyard_client.errors import (
    BadSettings,
    LanyardError,
    RequestFailed,
    Unreachable,
)


class ExitCode(IntEnum):
    """What the command line tells whoever started it."""

    OK = 0
    NO = 1
    """It ran, and the answer is no: a task failed, a probe was too slow, a check found trouble."""
    USAGE = 2
    UNREACHABLE = 3
    REFUSED = 4
    INTERRUPTED = 130


Work = Callable[[AsyncClient, Settings], Awaitable[ExitCode | None]]


def run(ctx: typer.Context, work: Work) -> None:
    """Do the work with a client of the gateway that was chosen; ends the command."""
    code = ExitCode.OK
    try:
        settings = settings_of(ctx)
        code = asyncio.run(_with_client(settings, work)) or ExitCode.OK
    except LanyardError as error:
        code = fail(error)
    except KeyboardInterrupt:
        code = ExitCode.INTERRUPTED
    except BrokenPipeError:
        # Who read has gone: `lanyard watch --json | head`. Keep the interpreter from flushing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise typer.Exit(code)


def settings_of(ctx: typer.Context) -> Settings:
    """The settings that were chosen before the command's name. Raises BadSettings."""
    options = ctx.find_object(Options) or Options()
    return read_settings(options, environment_of_process())


def fail(error: LanyardError) -> ExitCode:
    """Say what went wrong; the code that goes with it."""
    complain(str(error))
    if isinstance(error, BadSettings):
        return ExitCode.USAGE
    if isinstance(error, Unreachable):
        return ExitCode.UNREACHABLE
    return ExitCode.REFUSED if isinstance(error, RequestFailed) else ExitCode.NO


def complain(*problems: str) -> ExitCode:
    """Say what is wrong, a line for each problem."""
    for problem in problems:
        err.print(f"lanyard: {plain(problem)}", style="red", soft_wrap=True)
    return ExitCode.NO


async def the_robot(client: AsyncClient, settings: Settings, given: str | None) -> str:
    """The robot that is meant: the one named, or the only one there is. Raises BadSettings."""
    named = given or settings.robot
    if named:
        return named
    robots = [robot.robot_id for robot in await client.robots()]
    if len(robots) != 1:
        listed = ", ".join(robots) or "none"
        raise BadSettings(f"say which robot, or set LANYARD_ROBOT; the gateway serves: {listed}")
    return robots[0]


async def _with_client(settings: Settings, work: Work) -> ExitCode | None:
    async with settings.client() as client:
        return await work(client, settings)
