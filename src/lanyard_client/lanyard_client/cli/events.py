"""``lanyard events``: what happens to robots, tasks and the gateway, a line for each event."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import asdict
from datetime import datetime, timezone
from typing import Annotated

import typer
from rich.text import Text

from lanyard_client.async_client import AsyncClient
from lanyard_client.cli.output import out, plain, print_json
from lanyard_client.cli.run import run
from lanyard_client.cli.settings import Settings
from lanyard_client.events import GAP, Event

_BAD = ("task.failed", "robot.safe_stop", "robot.halted", "robot.fault", "robot.error", GAP)
_TOLD = ("reason", "phase", "progress", "message", "code", "holder", "detail", "version")


def events(
    ctx: typer.Context,
    types: Annotated[
        list[str] | None,
        typer.Option("-t", "--type", help="Such as task.failed or robot.*; may be repeated."),
    ] = None,
    robots: Annotated[
        list[str] | None, typer.Option("-r", "--robot", help="Of this robot; may be repeated.")
    ] = None,
    tasks: Annotated[
        list[str] | None, typer.Option("--task", help="Of this task; may be repeated.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="ID", help="First those after this event.")
    ] = None,
    count: Annotated[int | None, typer.Option(min=1, help="End after so many events.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One line of JSON for each event.")] = False,
) -> None:
    """Follow what happens until Ctrl-C."""

    async def work(client: AsyncClient, _: Settings) -> None:
        found = client.events(types=types, robots=robots, tasks=tasks, since=since)
        seen = 0
        async with aclosing(found) as source:
            async for event in source:
                if json:
                    print_json(asdict(event))
                else:
                    out.print(line_of(event), soft_wrap=True)
                seen += 1
                if seen == count:
                    return

    run(ctx, work)


def line_of(event: Event) -> Text:
    """An event in one line: when, what, to whom, and why."""
    when = datetime.fromtimestamp(event.unix_s, timezone.utc).strftime("%H:%M:%S.%f")[:-3]
    line = Text(f"{when}  " if event.id else f"{'':14}")
    line.append(plain(f"{event.type:20}"), style="red" if event.type in _BAD else "bold")
    line.append(plain(f"  {event.robot_id:10} {event.task_id}  {_told(event.data)}").rstrip())
    return line


def _told(data: Mapping[str, object]) -> str:
    if "lost" in data:
        return f"events are missing here: {data['lost'] if data['lost'] is not None else 'some'}"
    error = data.get("error")
    known = {**data, **error} if isinstance(error, Mapping) else data
    return ", ".join(f"{name} {known[name]}" for name in _TOLD if known.get(name) not in (None, ""))
