"""``lanyard task``: submit, list, watch, pause and cancel tasks."""

from __future__ import annotations

import json as json_library
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from lanyard_client.async_client import AsyncClient
from lanyard_client.cli.output import UNKNOWN, out, plain, print_json, rows, word
from lanyard_client.cli.run import ExitCode, run, the_robot
from lanyard_client.cli.settings import Settings
from lanyard_client.cli.task_progress import follow
from lanyard_client.errors import BadSettings
from lanyard_client.models import Task, text

app = typer.Typer(help="Submit, list, watch, pause and cancel tasks.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="What the gateway answered, as JSON.")]
Pairs = Annotated[
    list[str] | None,
    typer.Option("-p", "--parameter", help="name=value; the value is JSON or a text."),
]
Whole = Annotated[str | None, typer.Option(help="All of them as a JSON object, or @FILE.")]
RobotOption = Annotated[str | None, typer.Option("-r", "--robot", help="Of or for this robot.")]
Timeout = Annotated[float | None, typer.Option("--timeout", help="Longest run in seconds.")]
OnceOnly = Annotated[str | None, typer.Option(help="The same again makes no second task.")]
TaskId = Annotated[str, typer.Argument(help="Such as t-01M7Z35ZFKGV54GJAWGNY0QR2W.")]


@app.command()
def submit(
    ctx: typer.Context,
    task_type: Annotated[str, typer.Argument(help="See `lanyard task types`.")],
    parameter: Pairs = None,
    parameters: Whole = None,
    robot: RobotOption = None,
    priority: Annotated[int, typer.Option(min=0, max=9, help="Higher runs sooner.")] = 1,
    timeout_s: Timeout = None,
    idempotency_key: OnceOnly = None,
    watch: Annotated[bool, typer.Option("-w", "--watch", help="Stay until it has ended.")] = False,
    json: Json = False,
) -> None:
    """Queue a task for a robot."""

    async def work(client: AsyncClient, settings: Settings) -> ExitCode:
        given = read_parameters(parameters, parameter or [])
        task = await client.submit_task(
            task_type,
            robot_id=await the_robot(client, settings, robot),
            parameters=given,
            priority=priority,
            timeout_s=timeout_s,
            idempotency_key=idempotency_key,
        )
        if watch:
            return await follow(client, task.task_id, json=json)
        if json:
            print_json(task.raw)
        else:
            out.print(_queued(task), soft_wrap=True)
        return ExitCode.OK

    run(ctx, work)


@app.command("list")
def list_tasks(
    ctx: typer.Context,
    status: Annotated[str | None, typer.Option(help="Such as queued or running.")] = None,
    robot: RobotOption = None,
    task_type: Annotated[str | None, typer.Option("--type", help="Of one type.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 20,
    json: Json = False,
) -> None:
    """Tasks, newest first."""

    async def work(client: AsyncClient, _: Settings) -> None:
        tasks = await client.list_tasks(
            status=status, robot_id=robot, task_type=task_type, limit=limit
        )
        if json:
            print_json({"items": [task.raw for task in tasks]})
            return
        headings = ("TASK", "TYPE", "ROBOT", "STATUS", "DONE", "WHY")
        out.print(rows(headings, [_line(task) for task in tasks]))

    run(ctx, work)


@app.command()
def watch(ctx: typer.Context, task_id: TaskId, json: Json = False) -> None:
    """Follow a task until it has ended.

    The exit code is 1 when it did not succeed. Ctrl-C leaves the task alone.
    """

    async def work(client: AsyncClient, _: Settings) -> ExitCode:
        return await follow(client, task_id, json=json)

    run(ctx, work)


@app.command()
def cancel(
    ctx: typer.Context,
    task_id: TaskId,
    reason: Annotated[str, typer.Option(help="Why, for whoever looks later.")] = "",
    json: Json = False,
) -> None:
    """Cancel a task that waits or runs."""

    async def work(client: AsyncClient, _: Settings) -> None:
        outcome = await client.cancel_task(task_id, reason=reason)
        if json:
            print_json({"task_id": outcome.task_id, "status": outcome.status})
        else:
            out.print(f"{plain(outcome.task_id)}  ", word(outcome.status), sep="")

    run(ctx, work)


@app.command()
def pause(ctx: typer.Context, task_id: TaskId, json: Json = False) -> None:
    """Pause a task that waits or runs; its robot comes to rest and keeps it.

    What is told is how it is now: `lanyard task watch` tells when the robot is at rest.
    """

    async def work(client: AsyncClient, _: Settings) -> None:
        _tell(await client.pause_task(task_id), json=json)

    run(ctx, work)


@app.command()
def resume(ctx: typer.Context, task_id: TaskId, json: Json = False) -> None:
    """Let a paused task go on; one on a robot goes on from where it was."""

    async def work(client: AsyncClient, _: Settings) -> None:
        _tell(await client.resume_task(task_id), json=json)

    run(ctx, work)


@app.command()
def types(ctx: typer.Context, json: Json = False) -> None:
    """What robots can be given to do."""

    async def work(client: AsyncClient, _: Settings) -> None:
        found = await client.task_types()
        if json:
            print_json({"items": [kind.raw for kind in found]})
            return
        lines = [(kind.name, _signature(kind.raw), kind.title) for kind in found]
        out.print(rows(("TYPE", "PARAMETERS", ""), lines))

    run(ctx, work)


def read_parameters(whole: str | None, single: Sequence[str]) -> Mapping[str, object]:
    """The parameters of a task, from a JSON object and pairs that go over it."""
    found: dict[str, object] = {}
    if whole is not None:
        try:
            content = Path(whole[1:]).read_text("utf-8") if whole.startswith("@") else whole
            value = json_library.loads(content)
        except (OSError, ValueError) as error:
            raise BadSettings(f"--parameters: {error}") from None
        if not isinstance(value, dict):
            raise BadSettings("--parameters must be a JSON object, such as '{\"x_m\": 1.0}'")
        found |= value
    for pair in single:
        name, equals, value_text = pair.partition("=")
        if not equals or not name:
            raise BadSettings(f"--parameter {pair}: write name=value")
        try:
            found[name] = json_library.loads(value_text)
        except ValueError:
            found[name] = value_text
    return found


def _tell(task: Task, *, json: bool) -> None:
    if json:
        print_json(task.raw)
    else:
        out.print(f"{plain(task.task_id)}  ", word(task.status), sep="")


def _queued(task: Task) -> str:
    waits = f", waits: {task.hold_reason.replace('_', ' ')}" if task.hold_reason else ""
    start = text(task.raw, "estimated_start")
    begins = f", starts about {start[11:19]} UTC" if start else ""
    place = f", position {task.position}" if task.position is not None else ""
    return plain(f"{task.task_id} {task.status}{place}{begins}{waits}")


def _line(task: Task) -> tuple[str | Text, ...]:
    started = task.status != "queued" and task.progress is not None
    done = f"{task.progress:.0%}" if started else UNKNOWN
    phase = "" if task.ended else task.phase
    why = task.error or task.hold_reason.replace("_", " ") or phase
    return (task.task_id, task.task_type, task.robot_id, word(task.status), done, why)


def _signature(raw: Mapping[str, object]) -> str:
    """The names of a task type's parameters; those in brackets may be left out."""
    schema = raw.get("parameters_schema")
    schema = schema if isinstance(schema, dict) else {}
    properties, required = schema.get("properties"), schema.get("required")
    names = list(properties) if isinstance(properties, dict) else []
    needed = required if isinstance(required, list) else []
    return " ".join(name if name in needed else f"[{name}]" for name in names)
