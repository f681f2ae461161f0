"""The ``status`` operation: what a client is told that has no answer of its own."""

from __future__ import annotations

from enum import IntEnum

from lanyard_core.faults import BadInput
from lanyard_rosbridge.protocol.effects import Effect, Send


class Level(IntEnum):
    """How grave it is; the protocol's words, in lower case."""

    ERROR = 0
    WARNING = 1
    INFO = 2


_NEVER = "none"


class Telling:
    """What one client wants to be told of."""

    def __init__(self, level: Level | None) -> None:
        """From ``level`` on; None for nothing at all."""
        self._level = level

    def set_level(self, word: str) -> None:
        """The client says from which level on. Raises BadInput for a word that is none."""
        if word == _NEVER:
            self._level = None
            return
        try:
            self._level = Level[word.upper()]
        except KeyError:
            known = ", ".join(level.name.lower() for level in Level)
            raise BadInput(f"set_level: {word[:20]!r} is none of {known}, {_NEVER}") from None

    def tell(self, level: Level, message: str, op_id: str | None) -> list[Effect]:
        """Tell it, if the client wants to know."""
        if self._level is None or level > self._level:
            return []
        frame: dict[str, object] = {"op": "status", "level": level.name.lower(), "msg": message}
        return [Send(frame if op_id is None else {**frame, "id": op_id})]
