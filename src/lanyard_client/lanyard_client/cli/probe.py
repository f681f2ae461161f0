"""``lanyard probe``: a synthetic monitor. Asks what a client would ask, and times the answers.

It moves nothing: it never arms. While it measures acknowledgements (a second) it holds the robot's
lease if that is free; when somebody else commands the robot it measures everything but that.
"""

from __future__ import annotations

from typing import Annotated

import typer

from lanyard_client.async_client import AsyncClient
from lanyard_client.cli.output import figure, out, print_json, rows, word
from lanyard_client.cli.run import ExitCode, run, the_robot
from lanyard_client.cli.settings import Settings
from lanyard_client.measure import (
    Measurement,
    measure_commands,
    measure_requests,
    measure_telemetry,
)


def probe(
    ctx: typer.Context,
    robot: Annotated[
        str | None, typer.Argument(help="May be left out where there is one only.")
    ] = None,
    rest: Annotated[bool, typer.Option("--rest", help="Requests only, or with --ws.")] = False,
    ws: Annotated[bool, typer.Option("--ws", help="Sockets only, or with --rest.")] = False,
    max_ack_ms: Annotated[
        float, typer.Option(help="How late the control node may acknowledge a command.")
    ] = 10.0,
    max_rest_ms: Annotated[float, typer.Option(help="How late a request may be answered.")] = 500.0,
    json: Annotated[bool, typer.Option("--json", help="The figures as JSON.")] = False,
) -> None:
    """Time the gateway as a client sees it.

    A synthetic monitor: exit code 0 when all is well, 1 when not. Moves nothing.
    """
    both = rest == ws

    async def work(client: AsyncClient, settings: Settings) -> ExitCode:
        robot_id = await the_robot(client, settings, robot)
        found: list[Measurement] = []
        if rest or both:
            found += await measure_requests(client, robot_id, limit_ms=max_rest_ms)
        if ws or both:
            found.append(await measure_telemetry(client, robot_id))
            found += await measure_commands(client, robot_id, limit_ms=max_ack_ms)
        show(client.url, robot_id, found, json=json)
        return ExitCode.OK if all(measured.good for measured in found) else ExitCode.NO

    run(ctx, work)


def show(url: str, robot_id: str, found: list[Measurement], *, json: bool) -> None:
    """The figures, for a person or a program."""
    if json:
        print_json(
            {
                "url": url,
                "robot_id": robot_id,
                "good": all(measured.good for measured in found),
                "checks": [measured.as_json() for measured in found],
            }
        )
        return
    lines = [
        (
            word("good" if measured.good else "bad"),
            measured.name,
            figure(measured.p50_ms, "ms", digits=1),
            figure(measured.p99_ms, "ms", digits=1),
            figure(measured.worst_ms, "ms", digits=1),
            measured.detail,
        )
        for measured in found
    ]
    out.print(rows(("", "CHECK", "P50", "P99", "WORST", ""), lines))
