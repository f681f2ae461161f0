"""``lanyard drive``: drive a robot with the keys of a plain terminal."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from lanyard_client.async_client import AsyncClient
from lanyard_client.cli.run import ExitCode, run, the_robot
from lanyard_client.cli.settings import Settings
from lanyard_client.cli.teleop import Teleop
from lanyard_client.errors import BadSettings, NotArmed


def drive(
    ctx: typer.Context,
    robot: Annotated[
        str | None, typer.Argument(help="May be left out where there is one only.")
    ] = None,
    linear: Annotated[float, typer.Option(min=0.01, max=5.0, help="Top speed, m/s.")] = 0.4,
    angular: Annotated[float, typer.Option(min=0.01, max=5.0, help="Top turn, rad/s.")] = 1.0,
    rate_hz: Annotated[
        float, typer.Option("--rate", min=20.0, max=100.0, help="Commands per second.")
    ] = 50.0,
    clear_stop: Annotated[
        bool, typer.Option("--clear-stop", help="Begin by clearing a stop that stands.")
    ] = False,
) -> None:
    """Drive a robot with the keyboard.

    Hold a key to move, let go to come to rest. Space stops the robot, latched. Not a safety-rated
    function.
    """

    async def work(client: AsyncClient, settings: Settings) -> ExitCode:
        if sys.platform == "win32" or not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise BadSettings("driving needs a person at a Unix terminal")
        from lanyard_client.cli.driver import Driver

        robot_id = await the_robot(client, settings, robot)
        stream = client.command_stream(robot_id, rate_hz=rate_hz, clear_safe_stop=clear_stop)
        teleop = Teleop(linear_m_s=linear, angular_rad_s=angular)
        try:
            async with stream:
                await Driver(client, robot_id, stream, teleop).run()
        except NotArmed as error:
            raise NotArmed(f"{error}; --clear-stop clears a stop that stands") from None
        return ExitCode.OK

    run(ctx, work)
