"""``lanyard watch``: a table of robots that stays up to date, or their samples as JSON lines."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Annotated

import typer
from rich.live import Live
from rich.table import Table
from rich.text import Text

from lanyard_client.async_client import AsyncClient
from lanyard_client.cli.output import UNKNOWN, figure, out, plain, print_json, rows, word
from lanyard_client.cli.run import ExitCode, run
from lanyard_client.cli.settings import Settings
from lanyard_client.errors import BadSettings
from lanyard_client.models import items, number, part, text
from lanyard_client.telemetry import TelemetryFrame

_STALE_S = 1.0
_REDRAW_S = 0.2
_HEADINGS = ("ROBOT", "STATE", "WHY", "X", "Y", "HEADING", "SPEED", "BATTERY", "TASK", "AGE")


def watch(
    ctx: typer.Context,
    robots: Annotated[list[str] | None, typer.Argument(help="Which ones [all].")] = None,
    rate_hz: Annotated[
        float, typer.Option("--rate", min=0.1, max=100.0, help="Samples per second.")
    ] = 5.0,
    count: Annotated[int | None, typer.Option(min=1, help="End after so many samples.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One line for each sample.")] = False,
) -> None:
    """Watch robots until Ctrl-C."""

    async def work(client: AsyncClient, _: Settings) -> ExitCode:
        if not json and not out.is_terminal:
            raise BadSettings("a live table needs a terminal; --json writes a line for each sample")
        named = robots or [robot.robot_id for robot in await client.robots()]
        async with aclosing(client.telemetry(*named, rate_hz=rate_hz)) as samples:
            if json:
                await _as_lines(samples, count)
            else:
                await _as_table(samples, Board(named), count)
        return ExitCode.OK

    run(ctx, work)


class Board:
    """What was heard of each robot last, and when."""

    def __init__(self, robot_ids: list[str]) -> None:
        self.frames: dict[str, tuple[TelemetryFrame, float] | None] = dict.fromkeys(robot_ids)

    def heard(self, frame: TelemetryFrame, *, now: float) -> None:
        """A sample came."""
        self.frames[frame.robot_id] = (frame, now)

    def table(self, now: float) -> Table:
        """All robots; what is old is dim and says how old it is."""
        lines = [_line(name, *(seen or (None, now)), now=now) for name, seen in self.frames.items()]
        return rows(_HEADINGS, lines)


async def _as_lines(samples: AsyncIterator[TelemetryFrame], count: int | None) -> None:
    seen = 0
    async for frame in samples:
        told = {"robot_id": frame.robot_id, "online": frame.online, "unix_s": frame.unix_s}
        print_json({**told, "dropped": frame.dropped, "ages_ms": frame.ages_ms, **frame.values})
        seen += 1
        if seen == count:
            return


async def _as_table(
    samples: AsyncIterator[TelemetryFrame], board: Board, count: int | None
) -> None:
    with Live(board.table(time.monotonic()), console=out, auto_refresh=False) as live:
        redraw = asyncio.ensure_future(_redraw(live, board))
        try:
            seen = 0
            async for frame in samples:
                board.heard(frame, now=time.monotonic())
                seen += 1
                if seen == count:
                    return
        finally:
            redraw.cancel()
            live.update(board.table(time.monotonic()), refresh=True)


async def _redraw(live: Live, board: Board) -> None:
    while True:
        live.update(board.table(time.monotonic()), refresh=True)
        await asyncio.sleep(_REDRAW_S)


def _line(
    robot_id: str, frame: TelemetryFrame | None, heard: float, *, now: float
) -> list[str | Text]:
    if frame is None:
        return [robot_id, word("connecting"), *[UNKNOWN] * (len(_HEADINGS) - 2)]
    values = frame.values
    safety, pose, task = (part(values, name) for name in ("safety", "pose", "task"))
    place, speed = part(pose, "position"), part(part(values, "twist"), "linear")
    age_s = now - heard
    line: list[str | Text] = [
        robot_id,
        word(text(safety, "state") if frame.online else "offline"),
        _why(values),
        figure(number(place, "x")),
        figure(number(place, "y")),
        _heading(part(pose, "orientation")),
        figure(number(speed, "x"), "m/s"),
        figure(number(part(values, "battery"), "percent"), "%", digits=0),
        _task(task),
        Text(f"{age_s:.1f} s", style="bold red" if age_s > _STALE_S else ""),
    ]
    if age_s <= _STALE_S:
        return line
    return [Text(plain(cell), style="dim") if isinstance(cell, str) else cell for cell in line]


def _why(values: Mapping[str, object]) -> str:
    errors = [text(error, "code") for error in items({"items": values.get("errors")})]
    return ", ".join(told for told in (text(part(values, "safety"), "reason"), *errors) if told)


def _heading(turn: Mapping[str, object]) -> str:
    z, w = number(turn, "z"), number(turn, "w")
    if z is None or w is None:
        return UNKNOWN
    return f"{math.degrees(2.0 * math.atan2(z, w)):.0f}°"


def _task(task: Mapping[str, object]) -> str:
    progress = number(task, "progress")
    done = "" if progress is None else f" {progress:.0%}"
    return f"{text(task, 'task_type')} {text(task, 'phase')}{done}".strip() or UNKNOWN
