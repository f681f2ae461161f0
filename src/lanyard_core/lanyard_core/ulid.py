"""ULIDs: 26 letters that sort by the time they were made, and by order of making within it.

Time and randomness are handed in, so the same input gives the same id.
"""

from __future__ import annotations

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 26
ENTROPY_BITS = 80
_ENTROPY = (1 << ENTROPY_BITS) - 1


def ulid_value(*, now_unix_s: float, entropy: int) -> int:
    """The 128 bits of a ULID: milliseconds since the Unix epoch, then ``ENTROPY_BITS`` bits."""
    return int(now_unix_s * 1000) << ENTROPY_BITS | entropy & _ENTROPY


def ulid_text(value: int) -> str:
    """The letters of a ULID."""
    return "".join(_CROCKFORD[value >> shift & 31] for shift in range(125, -1, -5))


def is_ulid(text: str) -> bool:
    """Whether these are the letters of a ULID, in the upper case in which we write them."""
    return len(text) == LENGTH and text[0] <= "7" and not set(text) - set(_CROCKFORD)


class MonotonicUlids:
    """Makes ULIDs of which each is greater than the one before, even when the clock steps back."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last = 0

    def next(self, *, now_unix_s: float, entropy: int) -> str:
        """The next id. ``entropy`` counts only when the millisecond is a new one."""
        value = ulid_value(now_unix_s=now_unix_s, entropy=entropy)
        if value >> ENTROPY_BITS <= self._last >> ENTROPY_BITS:
            value = self._last + 1
        self._last = value
        return ulid_text(value)
