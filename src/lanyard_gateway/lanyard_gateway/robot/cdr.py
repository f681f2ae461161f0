"""What ``command_cdr``, ``transform_cdr`` and their like know in common of CDR.

CDR (OMG formal/02-06-51) is what DDS sends: four bytes that name the byte order, then the fields
one after the other, each number aligned to its own size, counted from behind the four bytes.
"""

from __future__ import annotations

import struct

LITTLE_ENDIAN = b"\x00\x01"
"""How a message of the common byte order begins; two bytes without meaning follow."""

START = 4
"""Where the fields begin, and the counting of alignment."""

STAMP_BYTES = 8
LENGTH = struct.Struct("<I")
"""Before a text and a sequence: how many bytes (with the closing zero) or items it has."""


def aligned(at: int, size: int) -> int:
    """The next place from ``at`` on where a number of ``size`` bytes may stand."""
    return at + -at % size


def text_at(body: bytes, at: int) -> tuple[str, int]:
    """The text that begins at ``at``, once that is aligned, and where it ends.

    Raises struct.error when the body ends before.
    """
    at = aligned(at, LENGTH.size)
    (length,) = LENGTH.unpack_from(body, at)
    start = at + LENGTH.size
    return body[start : start + length - 1].decode(), start + length
