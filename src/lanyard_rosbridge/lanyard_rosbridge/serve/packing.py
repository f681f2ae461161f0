"""WebSocket frames made once and sent to many: head and payload in one piece.

A server does not mask what it sends (RFC 6455, 5.1), so the bytes are the same for every client.
"""

from __future__ import annotations

from collections.abc import Mapping

from lanyard_rosbridge.protocol import cbor_codec, json_codec
from lanyard_rosbridge.protocol.fragments import cut
from lanyard_rosbridge.protocol.operations import Compression, Format
from lanyard_rosbridge.protocol.png_text import picture_of

_TEXT, _BINARY = 0x81, 0x82  # with the bit that says that nothing follows
_SHORT, _MEDIUM = 125, 0xFFFF


def text_frame(payload: bytes) -> bytes:
    """A whole text message."""
    return _head(_TEXT, len(payload)) + payload


def binary_frame(payload: bytes) -> bytes:
    """A whole binary message."""
    return _head(_BINARY, len(payload)) + payload


def packed(values: Mapping[str, object], form: Format) -> list[bytes]:
    """The frames of an operation in the form that was asked for."""
    if form.compression in (Compression.CBOR, Compression.CBOR_RAW):
        return [binary_frame(cbor_codec.encode(values))]
    text = json_codec.encode(values)
    if form.compression is Compression.PNG:
        text = json_codec.encode({"op": "png", "data": picture_of(text)})
    return packed_text(text, form.fragment_size, str(values.get("id") or values.get("op")))


def packed_text(text: bytes, fragment_size: int | None, frame_id: str) -> list[bytes]:
    """The frames of a JSON text: one, or fragments when it is longer than the client wants."""
    if fragment_size is None or len(text) <= fragment_size:
        return [text_frame(text)]
    pieces = cut(text.decode("utf-8"), fragment_size, frame_id)
    return [text_frame(json_codec.encode(piece)) for piece in pieces]


def _head(first: int, length: int) -> bytes:
    if length <= _SHORT:
        return bytes((first, length))
    if length <= _MEDIUM:
        return bytes((first, 126)) + length.to_bytes(2, "big")
    return bytes((first, 127)) + length.to_bytes(8, "big")
