"""Prints what processes say, each line behind the name of its process; in colour on a terminal."""

from __future__ import annotations

from itertools import cycle
from typing import TextIO

# Cyan, yellow, green, magenta, blue: red is left to errors.
COLOURS = ("36", "33", "32", "35", "34")


class LinePrinter:
    """Writes to ``stream``; falls silent when that is gone (a closed pipe): see ``gone``."""

    def __init__(self, stream: TextIO, *, colour: bool) -> None:
        self._stream = stream
        self._colours = cycle(COLOURS)
        self._colour = colour
        self._prefixes: dict[str, str] = {}
        self._width = 0
        self.gone = False

    def add(self, name: str) -> None:
        """Make room for a process's name, and give it a colour."""
        self._width = max(self._width, len(name))
        self._prefixes[name] = f"\x1b[{next(self._colours)}m" if self._colour else ""

    def line(self, name: str, text: str) -> None:
        """Print one line that the process ``name`` wrote."""
        colour = self._prefixes.get(name, "")
        end = "\x1b[0m" if colour else ""
        self.plain(f"{colour}{name:<{self._width}} |{end} {text}")

    def plain(self, text: str) -> None:
        """Print a line of our own."""
        if self.gone:
            return
        try:
            self._stream.write(f"{text}\n")
            self._stream.flush()
        except (OSError, ValueError):
            self.gone = True
