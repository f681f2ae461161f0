"""``lanyard stop`` and ``lanyard reset``: neither is a safety-rated function."""

from __future__ import annotations

from typing import Annotated

import typer

from lanyard_client.async_client import AsyncClient
from lanyard_client.cli.output import out, plain, word
from lanyard_client.cli.run import ExitCode, run, the_robot
from lanyard_client.cli.settings import Settings
from lanyard_client.models import StopOutcome

RobotArgument = Annotated[
    str | None, typer.Argument(help="The robot; may be left out where there is one only.")
]


def stop(
    ctx: typer.Context,
    robot: RobotArgument = None,
    reason: Annotated[str, typer.Option(help="Why, for whoever looks later.")] = "",
) -> None:
    """Stop a robot until it is reset.

    Not a safety-rated function.
    """

    async def work(client: AsyncClient, settings: Settings) -> ExitCode:
        robot_id = await the_robot(client, settings, robot)
        return _show(await client.stop(robot_id, reason=reason))

    run(ctx, work)


def reset(ctx: typer.Context, robot: RobotArgument = None) -> None:
    """Clear stops whose causes are gone.

    It does not move the robot.
    """

    async def work(client: AsyncClient, settings: Settings) -> ExitCode:
        return _show(await client.reset(await the_robot(client, settings, robot)))

    run(ctx, work)


def _show(outcome: StopOutcome) -> ExitCode:
    line = word(outcome.safety_state, bold=True)
    line.append("" if outcome.confirmed else ", not confirmed by the robot yet", style="yellow")
    line.append(", at rest" if outcome.at_rest else ", not at rest yet")
    line.append(f": {plain(outcome.message)}" if outcome.message else "")
    out.print(f"{plain(outcome.robot_id)}  ", line, sep="")
    return ExitCode.OK if outcome.confirmed else ExitCode.NO
