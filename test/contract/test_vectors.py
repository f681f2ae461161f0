"""The golden vectors: bytes and meaning agree, both ways, with our code and with other people's."""

import json
import struct

import cbor2
import msgpack
import pytest

from lanyard_core.events.wishes import read_event_request
from lanyard_core.faults import BadInput, MalformedFrame
from lanyard_core.stream.cbor_codec import CborCodec
from lanyard_core.stream.channel import Encoding
from lanyard_core.stream.client_frames import read_client_frame, write_client_frame
from lanyard_core.stream.codecs import CODECS
from lanyard_core.stream.msgpack_codec import MsgpackCodec
from lanyard_core.stream.plain import FROM_CLIENT, FROM_SERVER
from lanyard_core.stream.server_frames import read_server_frame, write_server_frame
from lanyard_core.telemetry.subscription import read_request
from lanyard_core.wire.vectors import vectors

FRAMES = ("base_link", "map")
WRITERS = {
    "msgpack": CODECS[Encoding.MSGPACK],
    "cbor": CODECS[Encoding.CBOR],
    "json": CODECS[Encoding.JSON],
    "msgpack_f32": MsgpackCodec(single_floats=True),
    "cbor_f32": CborCodec(single_floats=True),
}
OTHERS = {
    "msgpack": msgpack.unpackb,
    "cbor": cbor2.loads,
    "json": json.loads,
    "msgpack_f32": msgpack.unpackb,
    "cbor_f32": cbor2.loads,
}


def wire_of(written, name):
    return written if name == "json" else bytes.fromhex(written)


def messages_of(vector):
    return {name: wire_of(vector[name], name) for name in WRITERS if name in vector}


def read_as_client(channel, value, encoding):
    if channel == "command":
        return read_client_frame(value, frames=FRAMES, encoding=encoding)
    if channel == "telemetry":
        return read_request(value, encoding=encoding, robots=("arm-001",))
    return read_event_request(value)


def take(channel, message, encoding):
    """Read a message as the gateway does."""
    value = CODECS[encoding].decode(message, limits=FROM_CLIENT)
    return read_as_client(channel, value, encoding)


def in_four_bytes(value):
    """The value with its floats rounded to what four bytes hold."""
    if isinstance(value, float):
        return struct.unpack(">f", struct.pack(">f", value))[0]
    if isinstance(value, list):
        return [in_four_bytes(item) for item in value]
    if isinstance(value, dict):
        return {name: in_four_bytes(item) for name, item in value.items()}
    return value


def test_the_files_are_what_the_code_makes(vector_folder, make_vectors):
    made = {name: make_vectors.text_of(content) for name, content in vectors().items()}
    found = {path.stem: path.read_text(encoding="utf-8") for path in vector_folder.glob("*.json")}
    assert found == made, "a frame has changed; if that is meant: test/contract/make_vectors.py"


def test_every_message_has_vectors_in_every_encoding_that_it_has(good):
    _, vector = good
    is_packed = "packed" in vector["name"]
    assert set(messages_of(vector)) == set(WRITERS) - ({"json"} if is_packed else set())


def test_other_libraries_read_the_same_value(good):
    _, vector = good
    for name, message in messages_of(vector).items():
        expected = in_four_bytes(vector["value"]) if name.endswith("f32") else vector["value"]
        assert OTHERS[name](message) == expected, name


def test_our_codecs_read_and_write_the_same(good):
    file, vector = good
    limits = FROM_CLIENT if ".client" in file else FROM_SERVER
    for name, message in messages_of(vector).items():
        assert WRITERS[name].encode(vector["value"]) == message, name
        read = WRITERS[name].decode(message, limits=limits)
        assert WRITERS[name].encode(read) == message, name


def test_a_clients_frames_are_accepted_and_written_again(good):
    file, vector = good
    channel, sender = file.split(".")
    if sender != "client":
        return
    for name in messages_of(vector):
        encoding = Encoding(name.removesuffix("_f32"))
        if encoding.is_text and "f32" in str(vector["value"]):
            continue
        if encoding.is_text and vector["value"].get("rate_hz", 0) > 10:
            continue
        frame = read_as_client(channel, vector["value"], encoding)
        if channel == "command":
            again = write_client_frame(frame, frames=FRAMES)
            assert read_as_client(channel, again, encoding) == frame


def test_a_servers_frames_on_the_command_channel_are_read_and_written_again(good):
    file, vector = good
    if file == "command.server":
        frame = read_server_frame(vector["value"])
        assert read_server_frame(write_server_frame(frame)) == frame


def test_what_is_no_frame_is_refused_with_its_code(bad):
    file, vector = bad
    encoding = Encoding(vector["encoding"])
    message = vector["text"] if "text" in vector else bytes.fromhex(vector["bytes"])
    with pytest.raises(BadInput) as caught:
        take(file.split(".")[0], message, encoding)
    assert caught.value.code == vector["code"]
    assert caught.value.detail
    if vector["code"] == "bad_frame":
        assert isinstance(caught.value, MalformedFrame)
