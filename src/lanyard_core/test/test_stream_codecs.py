"""The three encodings: they agree on plain values, and let nothing else through."""

import contextlib
import json
import math
import random
import struct

import cbor2
import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lanyard_core.faults import MalformedFrame
from lanyard_core.stream.cbor_codec import CborCodec
from lanyard_core.stream.channel import Encoding
from lanyard_core.stream.codecs import CODECS
from lanyard_core.stream.msgpack_codec import MsgpackCodec
from lanyard_core.stream.plain import FROM_CLIENT, FROM_SERVER

BINARY = [Encoding.MSGPACK, Encoding.CBOR]
EVERY = list(Encoding)
DUMPS = {
    Encoding.MSGPACK: msgpack.packb,
    Encoding.CBOR: cbor2.dumps,
    Encoding.JSON: json.dumps,
}


def decode(encoding, message):
    return CODECS[encoding].decode(message, limits=FROM_CLIENT)


def refusal(encoding, message):
    with pytest.raises(MalformedFrame) as caught:
        decode(encoding, message)
    return caught.value


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner, max_size=5)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize("encoding", EVERY)
@given(value=PLAIN)
@settings(max_examples=150, deadline=None)
def test_what_is_encoded_is_decoded_again(encoding, value):
    message = CODECS[encoding].encode(value)
    if len(message.encode() if isinstance(message, str) else message) <= 1024:
        assert decode(encoding, message) == value


@pytest.mark.parametrize("encoding", EVERY)
def test_messages_are_text_only_for_json(encoding):
    assert isinstance(CODECS[encoding].encode({"a": 1}), str) is encoding.is_text


def test_json_writes_what_is_not_finite_as_null():
    assert CODECS[Encoding.JSON].encode([math.nan, math.inf]) == "[null,null]"


@pytest.mark.parametrize("encoding", EVERY)
@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_not_finite_is_refused(encoding, number):
    fault = refusal(encoding, DUMPS[encoding]({"x": [number]}))
    assert fault.code in ("not_finite", "bad_frame")


@pytest.mark.parametrize("encoding", BINARY)
def test_a_binary_number_that_is_not_finite_is_named(encoding):
    assert refusal(encoding, DUMPS[encoding]({"x": math.nan})).code == "not_finite"


@pytest.mark.parametrize("encoding", BINARY)
def test_a_client_may_be_told_of_numbers_that_are_not_finite(encoding):
    message = DUMPS[encoding]([math.inf, math.nan])
    inf, nan = CODECS[encoding].decode(message, limits=FROM_SERVER)
    assert inf == math.inf
    assert math.isnan(nan)


def test_a_json_number_too_large_for_a_float_is_refused():
    assert refusal(Encoding.JSON, '{"x": 1e999}').code == "not_finite"


@pytest.mark.parametrize("encoding", EVERY)
def test_a_message_of_1_kib_is_read_and_one_byte_more_is_not(encoding):
    def message_of(size):
        texts = ["x" * 200] * 4
        room = size - len(DUMPS[encoding]([*texts, "y" * 100])) + 100
        return DUMPS[encoding]([*texts, "y" * room])

    assert len(message_of(1024)) == 1024
    assert len(decode(encoding, message_of(1024))) == 5
    assert refusal(encoding, message_of(1025)).code == "too_large"


def test_the_size_of_a_text_message_is_counted_in_bytes():
    assert refusal(Encoding.JSON, '["' + "ü" * 600 + '"]').code == "too_large"


@pytest.mark.parametrize("encoding", EVERY)
@pytest.mark.parametrize(("depth", "fits"), [(8, True), (9, False)])
def test_nesting_ends_at_8(encoding, depth, fits):
    value = 0
    for _ in range(depth):
        value = [value]
    if fits:
        assert decode(encoding, DUMPS[encoding](value)) == value
    else:
        refusal(encoding, DUMPS[encoding](value))


@pytest.mark.parametrize("encoding", EVERY)
@pytest.mark.parametrize("value", [list(range(65)), {str(n): n for n in range(65)}])
def test_a_list_or_map_of_65_items_is_refused(encoding, value):
    refusal(encoding, DUMPS[encoding](value))


@pytest.mark.parametrize("encoding", EVERY)
@pytest.mark.parametrize("value", ["x" * 257, {"x" * 257: 1}])
def test_a_text_of_257_characters_is_refused(encoding, value):
    refusal(encoding, DUMPS[encoding](value))


@pytest.mark.parametrize("encoding", [Encoding.CBOR, Encoding.JSON])  # MessagePack has no such
@pytest.mark.parametrize("number", [2**64, -(2**64), 10**400])
def test_an_integer_beyond_64_bits_is_refused(encoding, number):
    refusal(encoding, DUMPS[encoding](number))


@pytest.mark.parametrize(
    ("encoding", "message"),
    [
        (Encoding.MSGPACK, bytes.fromhex("82a16101a16102")),
        (Encoding.CBOR, bytes.fromhex("a2616101616102")),
        (Encoding.JSON, '{"a":1,"a":2}'),
    ],
)
def test_a_name_that_stands_twice_is_refused(encoding, message):
    assert refusal(encoding, message).code == "bad_frame"


@pytest.mark.parametrize(
    ("encoding", "message"),
    [
        (Encoding.MSGPACK, b"\x01\x02"),
        (Encoding.CBOR, b"\x01\x02"),
        (Encoding.JSON, "1 2"),
    ],
)
def test_bytes_behind_the_value_are_refused(encoding, message):
    refusal(encoding, message)


@pytest.mark.parametrize(
    ("encoding", "message"),
    [
        (Encoding.MSGPACK, b"\xa2\xff\xfe"),
        (Encoding.CBOR, b"\x62\xff\xfe"),
        (Encoding.JSON, '"\\ud800"'),
    ],
)
def test_text_that_is_not_utf_8_is_refused(encoding, message):
    refusal(encoding, message)


@pytest.mark.parametrize(
    "message",
    [
        pytest.param("d6ff00000000", id="time stamp"),
        pytest.param("c70500aabbccddee", id="extension"),
        pytest.param("81c0c0", id="name that is nil"),
        pytest.param("8101a0", id="name that is a number"),
        pytest.param("c1", id="never used byte"),
        pytest.param("dfffffffff", id="map of 4 billion items"),
        pytest.param("", id="nothing"),
    ],
)
def test_messagepack_beyond_plain_values_is_refused(message):
    refusal(Encoding.MSGPACK, bytes.fromhex(message))


@pytest.mark.parametrize(
    "message",
    [
        pytest.param("c074323031332d30332d32315432303a30343a30305a", id="date"),
        pytest.param("c249010000000000000000", id="big number"),
        pytest.param("c24101", id="big number that is small"),
        pytest.param("c4820100", id="decimal"),
        pytest.param("d81c81d81d00", id="list that holds itself"),
        pytest.param("9f01ff", id="list of unknown length"),
        pytest.param("e0", id="simple value"),
        pytest.param("f820", id="long simple value"),
        pytest.param("f7", id="undefined"),
        pytest.param("a1416101", id="name that is bytes"),
        pytest.param("5f4101ff", id="bytes of unknown length"),
        pytest.param("fc", id="reserved simple value"),
        pytest.param("a10102", id="name that is a number"),
        pytest.param("9bffffffffffffffff", id="list of 2**64 items"),
        pytest.param("7a7fffffff61", id="text of 2 GiB"),
        pytest.param("1c", id="reserved length"),
        pytest.param("19ff", id="number cut short"),
        pytest.param("", id="nothing"),
    ],
)
def test_cbor_beyond_plain_values_is_refused(message):
    refusal(Encoding.CBOR, bytes.fromhex(message))


@pytest.mark.parametrize("inside", ["01", "60", "40", "80", "820102", "824161f6", "a0"])
def test_every_cbor_tag_is_refused_whatever_it_holds(inside):
    for tag in (*range(1200), 43000, 55799, 65535, 2**32 - 1):
        head = cbor2.dumps(cbor2.CBORTag(tag, 0))[:-1]
        refusal(Encoding.CBOR, head + bytes.fromhex(inside))
        refusal(Encoding.CBOR, b"\x81" + head + bytes.fromhex(inside))


def test_cbor_can_be_written_with_single_floats():
    written = CborCodec(single_floats=True).encode({"x": [0.1, 0.5, 3], "y": {"z": 1e300}})
    assert bytes.fromhex("fa3dcccccd f93800 03") in written
    read = decode(Encoding.CBOR, written)
    assert read == {"x": [pytest.approx(0.1, rel=1e-7), 0.5, 3], "y": {"z": 1e300}}


@pytest.mark.parametrize(
    ("message", "value"),
    [("f93c00", 1.0), ("fa3fc00000", 1.5), ("f6", None), ("f5", True), ("20", -1)],
)
def test_cbor_of_other_writers_is_read(message, value):
    assert decode(Encoding.CBOR, bytes.fromhex(message)) == value


def test_bytes_are_let_through_by_the_binary_encodings():
    for encoding in BINARY:
        assert decode(encoding, CODECS[encoding].encode(b"\x00\xff")) == b"\x00\xff"


def test_messagepack_can_be_written_with_single_floats():
    assert MsgpackCodec(single_floats=True).encode(0.5) == b"\xca" + struct.pack(">f", 0.5)


@pytest.mark.parametrize(
    ("encoding", "message"),
    [(Encoding.MSGPACK, "{}"), (Encoding.CBOR, "{}"), (Encoding.JSON, b"{}")],
)
def test_the_other_kind_of_message_is_refused_and_named(encoding, message):
    assert refusal(encoding, message).code == "wrong_kind"


@pytest.mark.parametrize("encoding", EVERY)
def test_20_000_mutated_messages_raise_nothing_but_malformed_frame(encoding):
    dice = random.Random(f"lanyard {encoding.value}")
    seeds = [
        DUMPS[encoding]({"v": 1, "t": "cmd", "seq": 7, "twist": {"linear": {"x": 0.5}}}),
        DUMPS[encoding]([1, 7, 1_800_000_000_000_000, [0.5, 0, 0, 0, 0, 0.1]]),
    ]
    if encoding.is_text:
        seeds = [seed.encode() for seed in seeds]
    for _ in range(20_000):
        data = bytearray(dice.choice(seeds))
        for _ in range(dice.randint(1, 4)):
            at = dice.randrange(len(data))
            data[at : at + dice.randint(0, 2)] = dice.randbytes(dice.randint(0, 3))
            data = data or bytearray(b"0")
        text = data.decode("utf-8", "surrogateescape")
        with contextlib.suppress(MalformedFrame):
            decode(encoding, text if encoding.is_text else bytes(data))
