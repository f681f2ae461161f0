"""What a terminal sends, as keys that are pressed, held and released.

A plain terminal sends a key again and again while it is held, and nothing when it is let go. Some
(kitty, foot, WezTerm, Ghostty and others) report releases when they are asked to; ``ASK`` finds
out, ``ENABLE`` and ``DISABLE`` switch that on and off. Pure; one decoder for each terminal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

ASK = "\x1b[?u"
ENABLE = "\x1b[>11u"  # disambiguate, report releases, report all keys as escape codes
DISABLE = "\x1b[<u"

_CSI = re.compile(rb"\x1b\[([<=>?]?)([0-9;:]*)([@-~])")
_SS3 = re.compile(rb"\x1bO([@-~])")
_ARROWS = {b"A": "up", b"B": "down", b"C": "right", b"D": "left"}
_NAMED = {" ": "space", "\r": "enter", "\n": "enter", "\x03": "ctrl+c", "\x04": "ctrl+d"}
_LONGEST_SEQUENCE = 32
_CONTROL = 4


class Action(Enum):
    """What happened to a key. A plain terminal knows PRESS only, for repeats too."""

    PRESS = 1
    REPEAT = 2
    RELEASE = 3


@dataclass(frozen=True, slots=True)
class KeyEvent:
    """A key by its name: a letter, ``space``, ``up``, ``ctrl+c``."""

    key: str
    action: Action = Action.PRESS


class KeyDecoder:
    """Bytes of a terminal in, keys out. Keeps the beginning of a sequence that was cut."""

    def __init__(self) -> None:
        self.can_report_releases = False
        """Whether the terminal has answered that it knows how to report releases."""
        self._rest = b""

    def feed(self, data: bytes) -> list[KeyEvent]:
        """The keys in ``data``, in order."""
        data, self._rest = self._rest + data, b""
        events: list[KeyEvent] = []
        while data:
            if not data.startswith(b"\x1b"):
                text, escape, behind = data.partition(b"\x1b")
                events += _text(text)
                data = escape + behind
                continue
            match = _CSI.match(data) or _SS3.match(data)
            if match is None:
                if len(data) < _LONGEST_SEQUENCE and b"\x1b" not in data[1:]:
                    self._rest = data
                    break
                data = data[1:]  # a lone escape, or nonsense
                continue
            event = self._sequence(match)
            events += [event] if event is not None else []
            data = data[match.end() :]
        return events

    def _sequence(self, match: re.Match[bytes]) -> KeyEvent | None:
        if match.re is _SS3:
            name = _ARROWS.get(match.group(1))
            return KeyEvent(name) if name else None
        mark, parameters, final = match.groups()
        if mark == b"?" and final == b"u":
            self.can_report_releases = True
        if mark:
            return None
        numbers = [part.split(b":") for part in parameters.split(b";")]
        modifiers = numbers[1] if len(numbers) > 1 else []
        action = Action(min(max(_number(modifiers, 1, 1), 1), 3))
        if final in _ARROWS:
            return KeyEvent(_ARROWS[final], action)
        if final != b"u":
            return None
        return _key(_number(numbers[0], 0, 0), _number(modifiers, 0, 1) - 1, action)


def _key(code: int, modifiers: int, action: Action) -> KeyEvent | None:
    letter = chr(code) if 0 < code < 0xE000 else ""  # behind it are keys without a letter
    name = _NAMED.get(letter) or letter.lower()
    if not name:
        return None
    return KeyEvent(f"ctrl+{name}" if modifiers & _CONTROL else name, action)


def _text(data: bytes) -> list[KeyEvent]:
    return [
        KeyEvent(_NAMED.get(letter) or letter.lower()) for letter in data.decode("utf-8", "replace")
    ]


def _number(parts: list[bytes], index: int, otherwise: int) -> int:
    return int(parts[index]) if index < len(parts) and parts[index] else otherwise
