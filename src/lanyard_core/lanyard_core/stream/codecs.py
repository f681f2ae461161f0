"""The one list of encodings that can be spoken."""

from __future__ import annotations

from lanyard_core.stream.cbor_codec import CborCodec
from lanyard_core.stream.channel import Encoding
from lanyard_core.stream.json_codec import JsonCodec
from lanyard_core.stream.msgpack_codec import MsgpackCodec
from lanyard_core.stream.plain import Codec

CODECS: dict[Encoding, Codec] = {
    Encoding.MSGPACK: MsgpackCodec(),
    Encoding.CBOR: CborCodec(),
    Encoding.JSON: JsonCodec(),
}
"""A codec for each encoding. They hold no state: one serves every connection."""
