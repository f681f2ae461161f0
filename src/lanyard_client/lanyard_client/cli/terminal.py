"""A terminal that hands over each key at once, and is as it was before when that is done.

Unix only. Nothing is echoed, and Ctrl-Z does nothing: a robot is not to be left to itself that way.
"""

from __future__ import annotations

import asyncio
import os
import sys
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from lanyard_client.cli.keys import ASK, DISABLE, ENABLE, KeyDecoder, KeyEvent

_READ_BYTES = 1024
_LOCAL_CHARACTERS = 6
_DISABLED = b"\0"


@contextmanager
def keyboard(
    pressed: Callable[[KeyEvent], None], *, gone: Callable[[], None]
) -> Iterator[KeyDecoder]:
    """Within the block, ``pressed`` is called with each key on the running event loop.

    ``gone`` is called when nobody is at the terminal any more.
    """
    source = sys.stdin.fileno()
    decoder = KeyDecoder()
    before = termios.tcgetattr(source)
    asked = False

    def read() -> None:
        nonlocal asked
        try:
            data = os.read(source, _READ_BYTES)
        except OSError:
            data = b""
        if not data:
            loop.remove_reader(source)
            gone()
        for event in decoder.feed(data):
            pressed(event)
        if decoder.can_report_releases and not asked:
            asked = True
            _write(ENABLE)

    loop = asyncio.get_running_loop()
    try:
        _take_keys_at_once(source)
        _write(ASK)
        loop.add_reader(source, read)
        yield decoder
    finally:
        loop.remove_reader(source)
        if asked:
            _write(DISABLE)
        termios.tcsetattr(source, termios.TCSAFLUSH, before)


def _take_keys_at_once(source: int) -> None:
    tty.setcbreak(source)
    attributes = termios.tcgetattr(source)
    attributes[_LOCAL_CHARACTERS][termios.VSUSP] = _DISABLED
    termios.tcsetattr(source, termios.TCSANOW, attributes)


def _write(sequence: str) -> None:
    sys.stdout.write(sequence)
    sys.stdout.flush()
