"""How far the campaign is: a bar on a terminal, and a line for whatever is worth one."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table

from fault_campaign.causes import Cause


class Progress:
    """To be used with ``with``; ``injected`` after each injection."""

    def __init__(self, console: Console, total: int) -> None:
        self._console = console
        self._cause = ""
        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("starting the stack", total=total)

    def __enter__(self) -> Progress:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def begins(self, cause: Cause) -> None:
        """The next injection is of this cause."""
        if cause.name != self._cause:
            self._cause = cause.name
            if not self._console.is_terminal:
                self._console.print(cause.name)
        self._bar.update(self._task, description=cause.name)

    def injected(self, breaches: list[str]) -> None:
        """One more is done."""
        self._bar.advance(self._task)
        for breach in breaches:
            self._console.print(f"[red]{self._cause}: {breach}")


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> Table:
    """A table for the terminal."""
    made = Table(*head, box=None)
    for row in rows:
        made.add_row(*row)
    return made
