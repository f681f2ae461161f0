"""Plain values: what every encoding has in common, and the checks that no decoder makes for us.

Decoders differ in what they let through: tags and extension types, numbers that are not finite,
integers of any size, nesting until the stack ends, and eight kinds of exceptions. ``decoded``
puts one gate behind all of them: what comes out is a bounded tree of the allowed types, or a
MalformedFrame. Pure, any thread.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias, TypeVar

from lanyard_core.faults import MalformedFrame
from lanyard_core.stream.channel import Encoding

Plain: TypeAlias = "bool | int | float | str | bytes | Sequence[Plain] | Mapping[str, Plain] | None"
"""A value that every encoding can carry."""

Wire: TypeAlias = "str | bytes"
"""One WebSocket message: text for JSON, bytes for the others."""

MAX_DEPTH = 8
MAX_ITEMS = 64
MAX_TEXT = 256
MAX_COMMAND_BYTES = 1024
_INT_BITS = 64

Raw = TypeVar("Raw", str, bytes)


class Codec(Protocol):
    """One encoding: plain values to messages and back."""

    @property
    def encoding(self) -> Encoding:
        """Which encoding this is."""

    def encode(self, value: Plain) -> Wire:
        """The message of a plain value."""

    def decode(self, message: Wire, *, limits: Limits) -> Plain:
        """The plain value of a message. Raises MalformedFrame, and nothing else."""

    def join(self, head: Wire, tail: Wire) -> Wire:
        """One map out of two maps that this codec encoded, without decoding either."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on a message: bytes of the whole, items of one container, characters of one text.

    ``finite``: whether NaN and infinities are refused.
    """

    max_bytes: int
    max_items: int
    max_text: int
    finite: bool = True


FROM_CLIENT = Limits(max_bytes=MAX_COMMAND_BYTES, max_items=MAX_ITEMS, max_text=MAX_TEXT)
"""What a server takes from a client."""

FROM_SERVER = Limits(max_bytes=1024 * 1024, max_items=4096, max_text=4096, finite=False)
"""What a client takes from a server that it chose itself."""


def decoded(decoder: Callable[[Raw], object], message: Raw, *, limits: Limits) -> Plain:
    """Run a decoder and check what it made. Raises MalformedFrame whatever the decoder raises."""
    size = len(message) if isinstance(message, bytes) else _utf8_size(message)
    if size > limits.max_bytes:
        raise MalformedFrame(
            f"a message may have {limits.max_bytes} bytes, this one has {size}", code="too_large"
        )
    try:
        value = decoder(message)
    except Exception as error:  # noqa: BLE001  whatever hostile bytes make it raise
        raise MalformedFrame(f"the message cannot be decoded ({type(error).__name__})") from None
    _check(value, depth=1, limits=limits)
    return value  # type: ignore[return-value]  # _check has looked at every node


def text_of(message: Wire) -> str:
    """A message of an encoding that travels as text; raises MalformedFrame for a binary one."""
    if isinstance(message, str):
        return message
    raise MalformedFrame("messages of this encoding are text, not binary", code="wrong_kind")


def bytes_of(message: Wire) -> bytes:
    """A message of an encoding that travels as bytes; raises MalformedFrame for a text."""
    if isinstance(message, bytes):
        return message
    raise MalformedFrame("messages of this encoding are binary, not text", code="wrong_kind")


def refuse_duplicate_names(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A map from its pairs; raises ValueError when a name stands there twice."""
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name stands twice in one map")
    return value


def _utf8_size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _check(value: object, *, depth: int, limits: Limits) -> None:
    kind = type(value)
    if kind is float:
        if limits.finite and not math.isfinite(value):  # type: ignore[arg-type]
            raise MalformedFrame("a number is not finite", code="not_finite")
    elif kind is int:
        if value.bit_length() > _INT_BITS:  # type: ignore[attr-defined]
            raise MalformedFrame("an integer does not fit 64 bits")
    elif kind is str or kind is bytes:
        _check_text(value, limits)  # type: ignore[arg-type]
    elif kind is list or kind is dict:
        _check_container(value, depth=depth, limits=limits)  # type: ignore[arg-type]
    elif value is not None and kind is not bool:
        raise MalformedFrame(f"a value of the type {kind.__name__} is not allowed")


def _check_text(value: str | bytes, limits: Limits) -> None:
    if len(value) > limits.max_text:
        raise MalformedFrame(f"a text may have {limits.max_text} characters, not {len(value)}")
    if isinstance(value, str) and not value.isascii():
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            raise MalformedFrame("a text holds half of a surrogate pair") from None


def _check_container(
    value: list[object] | dict[object, object], *, depth: int, limits: Limits
) -> None:
    if depth > MAX_DEPTH:
        raise MalformedFrame(f"a message may be nested {MAX_DEPTH} deep")
    if len(value) > limits.max_items:
        raise MalformedFrame(f"a list or map may have {limits.max_items} items, not {len(value)}")
    if isinstance(value, dict):
        for name in value:
            if type(name) is not str:
                raise MalformedFrame("the names of a map must be texts")
            _check_text(name, limits)
        items: Sequence[object] = list(value.values())
    else:
        items = value
    for item in items:
        _check(item, depth=depth + 1, limits=limits)
