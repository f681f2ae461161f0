"""How the command line speaks: for people on standard output, for programs as JSON.

What a gateway says is printed as it is, without what a terminal would take for a command.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

UNKNOWN = "-"
_STYLES = {
    "ready": "green",
    "active": "bold green",
    "succeeded": "green",
    "running": "cyan",
    "safe_stop": "bold red",
    "halted": "bold red",
    "fault": "bold red",
    "failed": "bold red",
    "canceled": "yellow",
    "canceling": "yellow",
    "unknown": "yellow",
    "offline": "yellow",
    "good": "green",
    "warning": "yellow",
    "bad": "bold red",
    "note": "dim",
}

out = Console(markup=False, highlight=False, emoji=False)
"""For what was asked for."""

err = Console(stderr=True, markup=False, highlight=False, emoji=False)
"""For what went wrong."""


def plain(text: object) -> str:
    """A text of somebody else, without characters that steer a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in str(text))


def word(state: str, *, bold: bool = False) -> Text:
    """A state in its colour."""
    style = _STYLES.get(state, "")
    return Text(plain(state).replace("_", " "), style=f"bold {style}" if bold else style)


def figure(value: float | None, unit: str = "", *, digits: int = 2) -> str:
    """A number with its unit, or a dash when there is none."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    return f"{value:.{digits}f}{unit and ' ' + unit}"


def table(*headings: str) -> Table:
    """A table without lines, like those of other commands; empty headings are not shown."""
    made = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    made.show_header = any(headings)
    for heading in headings:
        made.add_column(heading, overflow="fold")
    return made


def rows(headings: Sequence[str], lines: Sequence[Sequence[str | Text]]) -> Table:
    """A table of lines; texts of others are made harmless."""
    made = table(*headings)
    for line in lines:
        made.add_row(*(cell if isinstance(cell, Text) else plain(cell) for cell in line))
    return made


def print_json(value: object) -> None:
    """One value as one line of JSON, at once."""
    sys.stdout.write(json.dumps(value, separators=(",", ":"), default=str) + "\n")
    sys.stdout.flush()
