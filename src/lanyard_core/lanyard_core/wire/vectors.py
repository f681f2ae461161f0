"""Golden vectors: what each frame is in bytes, and bytes that are no frame.

Another implementation can be written from them. They are made from the examples; a test holds the
files to what is made here, and reads them with libraries that know nothing of us.
"""

from __future__ import annotations

from lanyard_core.stream.cbor_codec import CborCodec
from lanyard_core.stream.channel import Channel, Encoding
from lanyard_core.stream.codecs import CODECS
from lanyard_core.stream.msgpack_codec import MsgpackCodec
from lanyard_core.stream.plain import Codec, Plain, Wire, bytes_of, text_of
from lanyard_core.wire.bad_frames import BAD_EVERYWHERE, BAD_FRAMES, BAD_RAW, BadFrame
from lanyard_core.wire.catalogue import Message, messages

_SHORT: dict[str, Codec] = {
    "msgpack_f32": MsgpackCodec(single_floats=True),
    "cbor_f32": CborCodec(single_floats=True),
}


def vectors() -> dict[str, Plain]:
    """The content of each file, by its name without ``.json``."""
    found: dict[str, Plain] = {}
    for channel in Channel:
        name = channel.name.lower()
        known = [message for message in messages() if message.channel is channel]
        for sender, from_client in (("client", True), ("server", False)):
            of_sender = [message for message in known if message.from_client is from_client]
            found[f"{name}.{sender}"] = {
                "about": f"Frames of a {sender} on the {name} channel: a value and its messages.",
                "vectors": [vector for message in of_sender for vector in _good(message)],
            }
        found[f"{name}.bad"] = {
            "about": f"Messages of a client on the {name} channel that are refused, and as what.",
            "vectors": _bad(channel),
        }
    return found


def _good(message: Message) -> list[Plain]:
    return [
        {"name": f"{message.kind} {number}", "value": value, **_written(message, value)}
        for number, value in enumerate(message.examples, 1)
    ]


def _written(message: Message, value: Plain) -> dict[str, Plain]:
    binary = {
        Encoding.MSGPACK.value: CODECS[Encoding.MSGPACK].encode(value),
        Encoding.CBOR.value: CODECS[Encoding.CBOR].encode(value),
        **{name: codec.encode(value) for name, codec in _SHORT.items()},
    }
    written: dict[str, Plain] = {name: bytes_of(wire).hex(" ") for name, wire in binary.items()}
    if not message.kind.endswith("-packed"):
        written[Encoding.JSON.value] = text_of(CODECS[Encoding.JSON].encode(value))
    return written


def _bad(channel: Channel) -> list[Plain]:
    found: list[Plain] = []
    for frame in (*BAD_FRAMES[channel], *BAD_EVERYWHERE):
        found += [_refused(frame, encoding) for encoding in Encoding]
    for encoding, raw in BAD_RAW.items():
        found += [_entry(why, encoding, message, code) for why, message, code in raw]
    return found


def _refused(frame: BadFrame, encoding: Encoding) -> Plain:
    return _entry(frame.why, encoding, CODECS[encoding].encode(frame.value), frame.code)


def _entry(why: str, encoding: Encoding, message: Wire, code: str) -> Plain:
    entry: dict[str, Plain] = {"name": why, "encoding": encoding.value, "code": code}
    if isinstance(message, str):
        return {**entry, "text": message}
    return {**entry, "bytes": message.hex(" ")}
