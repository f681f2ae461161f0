"""Frames in pieces: put together what a client cut, cut what a client wants in pieces.

Bounded in every direction: pieces of one frame, frames at once, bytes, and time. Seconds monotonic.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lanyard_core.faults import BadInput
from lanyard_rosbridge.protocol.operations import Fragment

MAX_ASSEMBLIES = 64
MAX_AGE_S = 30.0
MAX_PIECES = 16_384


@dataclass(slots=True)
class _Assembly:
    total: int
    since: float
    pieces: dict[int, str] = field(default_factory=dict)


class Assembler:
    """Puts frames together. ``max_bytes`` bounds all pieces that wait, together."""

    def __init__(self, *, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._waiting_bytes = 0
        self._assemblies: dict[str, _Assembly] = {}

    @property
    def waiting_bytes(self) -> int:
        """Size of the pieces that wait for others."""
        return self._waiting_bytes

    def add(self, piece: Fragment, now: float) -> str | None:
        """The whole frame when this was the last of its pieces. Raises BadInput."""
        self._forget_old(now)
        if not 1 <= piece.total <= MAX_PIECES or not 0 <= piece.num < piece.total:
            raise BadInput(f"fragment: no piece {piece.num} of {piece.total} can be")
        key = str(piece.id)
        assembly = self._assemblies.get(key) or self._begin(key, piece, now)
        if assembly.total != piece.total:
            self._forget(key)
            raise BadInput(f"fragment: {key!r} changed from {assembly.total} pieces")
        if piece.num in assembly.pieces:
            return None
        if self._waiting_bytes + len(piece.data) > self._max_bytes:
            self._forget(key)
            raise BadInput(f"fragment: more than {self._max_bytes} bytes wait", code="too_large")
        assembly.pieces[piece.num] = piece.data
        self._waiting_bytes += len(piece.data)
        if len(assembly.pieces) < assembly.total:
            return None
        self._forget(key)
        return "".join(assembly.pieces[num] for num in range(assembly.total))

    def _begin(self, key: str, piece: Fragment, now: float) -> _Assembly:
        if len(self._assemblies) >= MAX_ASSEMBLIES:
            raise BadInput(f"fragment: {MAX_ASSEMBLIES} frames wait for pieces already")
        made = self._assemblies[key] = _Assembly(piece.total, now)
        return made

    def _forget_old(self, now: float) -> None:
        old = [key for key, each in self._assemblies.items() if now - each.since > MAX_AGE_S]
        for key in old:
            self._forget(key)

    def _forget(self, key: str) -> None:
        gone = self._assemblies.pop(key)
        self._waiting_bytes -= sum(map(len, gone.pieces.values()))


def cut(text: str, size: int, frame_id: str) -> list[dict[str, object]]:
    """The fragments of a frame of text, each with ``size`` characters of it at most."""
    pieces = [text[begin : begin + size] for begin in range(0, len(text), size)]
    return [
        {"op": "fragment", "id": frame_id, "data": piece, "num": num, "total": len(pieces)}
        for num, piece in enumerate(pieces)
    ]
