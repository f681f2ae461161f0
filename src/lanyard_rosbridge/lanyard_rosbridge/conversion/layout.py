"""What a ROS type is made of, as values: the input of everything that converts.

Made from a message class by ``ros.layouts``; in tests by hand. Nothing here knows ROS.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """A primitive type: its ROS name, struct letter, size in bytes, and RFC 8746 tag.

    The tag is that of a little-endian CBOR array of it; 0 where such an array is plain bytes or
    has none.
    """

    BOOL = ("boolean", "?", 1, 0)
    OCTET = ("octet", "B", 1, 64)
    UINT8 = ("uint8", "B", 1, 0)
    CHAR = ("char", "B", 1, 0)
    INT8 = ("int8", "b", 1, 72)
    UINT16 = ("uint16", "H", 2, 69)
    INT16 = ("int16", "h", 2, 77)
    UINT32 = ("uint32", "I", 4, 70)
    INT32 = ("int32", "i", 4, 78)
    UINT64 = ("uint64", "Q", 8, 71)
    INT64 = ("int64", "q", 8, 79)
    FLOAT32 = ("float", "f", 4, 85)
    FLOAT64 = ("double", "d", 8, 86)

    def __init__(self, ros_name: str, letter: str, size: int, tag: int) -> None:
        self.ros_name = ros_name
        self.letter = letter
        self.size = size
        self.tag = tag

    @property
    def is_float(self) -> bool:
        """Whether it is a floating-point number."""
        return self.letter in "fd"

    @property
    def is_bytes(self) -> bool:
        """Whether an array of it is written as one string of bytes (base64 in JSON)."""
        return self in (Kind.UINT8, Kind.CHAR)


@dataclass(frozen=True, slots=True)
class Text:
    """A string."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a struct."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Struct:
    """A message type, by its name such as ``std_msgs/msg/Header``."""

    name: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Many:
    """An array of ``length`` items; with None a sequence of ``bound`` at most (0: any)."""

    item: Kind | Text | Struct
    length: int | None = None
    bound: int = 0


Type = Kind | Text | Struct | Many
