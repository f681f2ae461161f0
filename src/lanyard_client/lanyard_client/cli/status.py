"""``lanyard status``: how the robots are, or one robot in detail."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated

import typer
from rich.text import Text

from lanyard_client.async_client import AsyncClient
from lanyard_client.cli.output import UNKNOWN, figure, out, plain, print_json, rows, word
from lanyard_client.cli.run import run
from lanyard_client.cli.settings import Settings
from lanyard_client.models import Readiness, Robot, RobotStatus, items, number, part, text


def status(
    ctx: typer.Context,
    robot: Annotated[str | None, typer.Argument(help="One robot, in detail.")] = None,
    json: Annotated[bool, typer.Option("--json", help="What the gateway answered.")] = False,
) -> None:
    """How robots are now; ROBOT: one in detail."""

    async def all_robots(client: AsyncClient, _: Settings) -> None:
        robots = await client.robots()
        if json:
            print_json({"items": [robot.raw for robot in robots]})
            return
        readiness, version = await client.readiness(), await client.version()
        show_robots(client.url, version, readiness, robots)

    async def one_robot(client: AsyncClient, _: Settings) -> None:
        found = await client.robot_status(robot or "")
        if json:
            print_json(found.raw)
        else:
            show_robot(found)

    run(ctx, one_robot if robot else all_robots)


def show_robots(url: str, version: str, readiness: Readiness, robots: list[Robot]) -> None:
    """The gateway in one line, and a table of its robots."""
    troubles = [f"{name}: {check}" for name, check in readiness.checks.items() if check != "ok"]
    ready = "ready" if readiness.ready else "not ready"
    out.print(plain(f"gateway {version} at {url}, {ready}{_in_brackets(troubles)}"))
    lines = [
        (
            robot.robot_id,
            word(robot.safety_state if robot.online else "offline"),
            robot.current_task_id or UNKNOWN,
            str(robot.queued_tasks),
        )
        for robot in robots
    ]
    out.print(rows(("ROBOT", "STATE", "TASK", "WAITING"), lines))


def show_robot(status: RobotStatus) -> None:
    """All that is known of a robot, a line for each part that there is."""
    raw = status.raw
    state = word(status.safety_state, bold=True)
    state.append("" if status.online else "  offline: what was heard last", style="yellow")
    state.append(f"  {plain(status.reason)}" if status.reason else "")
    told: list[tuple[str, str | Text]] = [(status.robot_id, state)]
    holder = text(part(raw, "link"), "command_session")
    told += [
        ("commanded by", holder or "nobody"),
        ("battery", _battery(part(raw, "battery"))),
        ("pose", pose_line(part(raw, "pose"))),
        ("speed", _speed(part(raw, "twist"))),
        ("task", _task(part(raw, "current_task"))),
    ]
    told += [("error", _error(error)) for error in items({"items": raw.get("errors")})]
    told += [("joint", _joint(joint)) for joint in items({"items": raw.get("joints")})]
    out.print(rows(("", ""), told), end="")


def pose_line(pose: Mapping[str, object]) -> str:
    """Where a robot is: metres and degrees."""
    if not pose:
        return UNKNOWN
    z, w = number(pose, "qz") or 0.0, number(pose, "qw")
    heading = None if w is None else math.degrees(2.0 * math.atan2(z, w))
    place = f"x {figure(number(pose, 'x_m'), 'm')}, y {figure(number(pose, 'y_m'), 'm')}"
    return f"{place}, heading {figure(heading, digits=0)}° in {text(pose, 'frame_id')}"


def _battery(battery: Mapping[str, object]) -> str:
    if not battery:
        return UNKNOWN
    charging = ", charging" if battery.get("charging") is True else ""
    percent = figure(number(battery, "percent"), "%", digits=0)
    return f"{percent}, {figure(number(battery, 'voltage_v'), 'V', digits=1)}{charging}"


def _speed(twist: Mapping[str, object]) -> str:
    if not twist:
        return UNKNOWN
    linear, angular = number(part(twist, "linear"), "x"), number(part(twist, "angular"), "z")
    return f"{figure(linear, 'm/s')}, {figure(angular, 'rad/s')}"


def _task(task: Mapping[str, object]) -> str:
    if not task:
        return "none"
    progress = number(task, "progress")
    done = "" if progress is None else f" {progress:.0%}"
    return f"{text(task, 'task_id')} {text(task, 'task_type')} {text(task, 'phase')}{done}"


def _error(error: Mapping[str, object]) -> Text:
    told = f"{text(error, 'code')} ({text(error, 'level')}): {text(error, 'message')}"
    return Text(plain(told + _in_brackets([text(error, "hint")])), style="red")


def _joint(joint: Mapping[str, object]) -> str:
    position = figure(number(joint, "position_rad"), "rad")
    temperature = figure(number(joint, "temperature_c"), "°C", digits=0)
    return f"{text(joint, 'name')} at {position}, {temperature}"


def _in_brackets(parts: list[str]) -> str:
    told = "; ".join(part for part in parts if part)
    return f" ({told})" if told else ""
