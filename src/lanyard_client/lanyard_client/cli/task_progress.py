"""Follows one task: a progress bar on a terminal, a line for each change elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from lanyard_client.async_client import AsyncClient
from lanyard_client.cli.output import err, out, plain, print_json, word
from lanyard_client.cli.run import ExitCode
from lanyard_client.models import Task


async def follow(client: AsyncClient, task_id: str, *, json: bool) -> ExitCode:
    """Show a task until it has ended; whether it succeeded. Interrupting leaves the task alone."""
    changes = client.watch_task(task_id)
    try:
        if json:
            last = await _as_json(changes)
        elif out.is_terminal:
            last = await _as_bar(changes)
        else:
            last = await _as_lines(changes)
    except (asyncio.CancelledError, KeyboardInterrupt):
        command = f"lanyard task cancel {plain(task_id)}"
        err.print(f"\nthe task goes on; to cancel it: {command}", style="dim")
        raise
    finally:
        await changes.aclose()
    return ExitCode.OK if last.status == "succeeded" else ExitCode.NO


async def _as_json(changes: AsyncIterator[Task]) -> Task:
    async for task in changes:
        print_json(task.raw)
    return task


async def _as_lines(changes: AsyncIterator[Task]) -> Task:
    before = ""
    async for task in changes:
        line = f"{plain(task.task_id)} {_in_words(task)}"
        if line != before:
            out.print(line, soft_wrap=True)
        before = line
    return task


async def _as_bar(changes: AsyncIterator[Task]) -> Task:
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=out, transient=True) as progress:
        bar = progress.add_task("", total=1.0)
        async for task in changes:
            done = 1.0 if task.status == "succeeded" else task.progress or 0.0
            told = plain(f"{task.task_id} {task.status} {task.phase or task.hold_reason}")
            progress.update(bar, completed=done, description=told.replace("_", " "))
    out.print(f"{plain(task.task_id)} ", word(task.status), plain(_why(task)), sep="")
    return task


def _in_words(task: Task) -> str:
    shown = task.status in ("running", "paused") and task.progress is not None
    done = f" {task.progress:.0%}" if shown else ""
    phase = f" {plain(task.phase)}" if task.phase and not task.ended else ""
    return f"{plain(task.status)}{phase}{done}{plain(_why(task))}"


def _why(task: Task) -> str:
    why = task.error or task.hold_reason.replace("_", " ")
    return f": {why}" if why else ""
