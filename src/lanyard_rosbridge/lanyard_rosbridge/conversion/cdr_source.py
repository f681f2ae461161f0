"""Writes the Python source that reads one ROS type from CDR: compiled once, run for each message.

Fields of fixed size that follow each other become one ``struct`` read; what alignment is known
beforehand costs nothing. Offsets count from the first byte behind the four of the encapsulation
header, as the alignment of CDR does. Text in, text out; ``cdr_reader`` compiles it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from lanyard_rosbridge.conversion.layout import Kind, Many, Struct, Text, Type

# Fixed arrays up to this length are read with their neighbours.
_INLINE_LENGTH = 64


@dataclass(slots=True)
class Source:
    """The lines of a module, and the values that it refers to by name."""

    lines: list[str] = field(default_factory=list)
    names: dict[str, object] = field(default_factory=dict)
    _functions: dict[Struct, str] = field(default_factory=dict)

    def reader_of(self, layout: Struct) -> str:
        """The name of a function ``(b, o) -> (value, o)`` that reads ``layout``."""
        name = self._functions.get(layout)
        if name is None:
            name = self._functions[layout] = f"read_{len(self._functions)}"
            body = _Function(self)
            value = body.value_of(layout)
            body.flush()
            self.lines += [f"def {name}(b, o):", *body.lines, f"    return {value}, o"]
        return name

    def named(self, value: object) -> str:
        """A name for ``value`` in the module."""
        name = f"v{len(self.names)}"
        self.names[name] = value
        return name


class _Function:
    """One function: statements that read, and an expression that puts together what was read."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.lines: list[str] = []
        self._letters = ""
        self._taken: list[str] = []
        self._size = 0
        # The offset is ``_known`` modulo ``_modulus``.
        self._modulus, self._known = 1, 0
        self._variables = 0

    def value_of(self, kind: Type) -> str:
        """An expression of the value; statements that it needs are written."""
        if isinstance(kind, Kind):
            return self._primitive(kind)
        if isinstance(kind, Text):
            return self._text()
        if isinstance(kind, Struct):
            return self._struct(kind)
        return self._array(kind) if kind.length is not None else self._sequence(kind)

    def flush(self) -> None:
        """Write the read of the fixed fields that wait."""
        if not self._letters:
            return
        targets = ", ".join(self._taken)
        if self._taken:
            unpack = self._source.named(struct.Struct("<" + self._letters).unpack_from)
            self.lines.append(f"    {targets}, = {unpack}(b, o)")
        self.lines.append(f"    o += {self._size}")
        self._letters, self._taken, self._size = "", [], 0

    def _new(self) -> str:
        self._variables += 1
        return f"x{self._variables}"

    def _primitive(self, kind: Kind) -> str:
        self._align(kind.size)
        name = self._new()
        self._take(kind.letter, kind.size, [name])
        return name

    def _take(self, letters: str, size: int, targets: list[str]) -> None:
        self._letters += letters
        self._taken += targets
        self._size += size
        self._known = (self._known + size) % self._modulus

    def _align(self, size: int) -> None:
        if self._modulus >= size:
            missing = -self._known % size
            if missing:
                self._take(f"{missing}x", missing, [])
            return
        self.flush()
        self.lines.append(f"    o = (o + {size - 1}) & -{size}")
        self._modulus, self._known = size, 0

    def _forget_alignment(self) -> None:
        self._modulus, self._known = 1, 0

    def _struct(self, layout: Struct) -> str:
        if not layout.fields:  # the one byte that an empty struct has in ROS 2
            self._take("x", 1, [])
            return "{}"
        pairs = [f"{each.name!r}: {self.value_of(each.type)}" for each in layout.fields]
        return "{" + ", ".join(pairs) + "}"

    def _text(self) -> str:
        length, value = self._length(), self._new()
        self.lines.append(f"    {value} = text(b, o, {length})")
        self.lines.append(f"    o += {length}")
        self._forget_alignment()
        return value

    def _length(self) -> str:
        """Read a length; what follows it begins at ``o``."""
        length = self._primitive(Kind.UINT32)
        self.flush()
        return length

    def _array(self, many: Many) -> str:
        length = many.length or 0
        item = many.item
        if isinstance(item, Kind) and not item.is_bytes and length <= _INLINE_LENGTH:
            self._align(item.size)
            names = [self._new() for _ in range(length)]
            self._take(f"{length}{item.letter}", item.size * length, names)
            return f"small({self._source.named(item)}, [{', '.join(names)}])"
        return self._items(item, str(length))

    def _sequence(self, many: Many) -> str:
        return self._items(many.item, self._length())

    def _items(self, item: Kind | Text | Struct, length: str) -> str:
        value = self._new()
        if isinstance(item, Kind):
            if item.size > 1:
                self.flush()
                self.lines.append(f"    if {length}:")
                self.lines.append(f"        o = (o + {item.size - 1}) & -{item.size}")
            self.flush()
            self.lines.append(f"    {value} = numbers({self._source.named(item)}, b, o, {length})")
            self.lines.append(f"    o += {item.size} * {length}")
        else:
            self.flush()
            reader = self._source.reader_of(item) if isinstance(item, Struct) else "read_text"
            self.lines.append(f"    room(b, o, {length})")
            self.lines.append(f"    {value} = []")
            self.lines.append(f"    for _ in range({length}):")
            self.lines.append(f"        item, o = {reader}(b, o)")
            self.lines.append(f"        {value}.append(item)")
        self._forget_alignment()
        return value
