import pytest

from lanyard_core.faults import BadInput, MalformedFrame
from lanyard_core.stream.channel import Encoding
from lanyard_core.stream.frames import Ping
from lanyard_core.telemetry.subscription import PARTS, Subscribe, Subscription, read_request

HEAD = {"v": 1, "t": "sub", "seq": 3, "ts_us": 9}


def read(value, encoding=Encoding.MSGPACK, robots=()):
    return read_request(value, encoding=encoding, robots=robots)


def test_a_bare_subscription_means_everything_at_10_hz():
    assert read(HEAD) == Subscribe(3, Subscription(PARTS, 10.0))


def test_parts_are_put_in_one_order_so_that_equal_wishes_share_frames():
    one = read(HEAD | {"fields": ["safety", "pose", "pose"], "rate_hz": 50})
    other = read(HEAD | {"fields": ["pose", "safety"], "rate_hz": 50.0})
    assert one.subscription == other.subscription == Subscription(("pose", "safety"), 50.0)


def test_a_ping_is_read():
    assert read(HEAD | {"t": "ping"}) == Ping(3, 9)


@pytest.mark.parametrize(
    ("more", "encoding", "code"),
    [
        ({"rate_hz": 10.1}, Encoding.JSON, "rate_needs_binary"),
        ({"rate_hz": 101}, Encoding.MSGPACK, "rate_out_of_range"),
        ({"rate_hz": 101}, Encoding.JSON, "rate_out_of_range"),
        ({"rate_hz": 0}, Encoding.CBOR, "rate_out_of_range"),
        ({"rate_hz": -1}, Encoding.CBOR, "rate_out_of_range"),
        ({"fields": ["weather"]}, Encoding.CBOR, "unknown_field"),
        ({"robots": ["arm-001"]}, Encoding.CBOR, "unknown_robot"),
        ({"float": "f32"}, Encoding.JSON, "float_needs_binary"),
    ],
)
def test_what_there_is_not_is_refused_by_name(more, encoding, code):
    with pytest.raises(BadInput) as caught:
        read(HEAD | more, encoding)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("rate_hz", "encoding"), [(10, Encoding.JSON), (100, Encoding.MSGPACK), (100, Encoding.CBOR)]
)
def test_the_highest_rates_are_10_hz_as_text_and_100_hz_in_binary(rate_hz, encoding):
    assert read(HEAD | {"rate_hz": rate_hz}, encoding).subscription.rate_hz == rate_hz


@pytest.mark.parametrize(
    "value",
    [
        [],
        {},
        HEAD | {"t": "cmd"},
        HEAD | {"x": 1},
        HEAD | {"t": "ping", "rate_hz": 1},
        HEAD | {"fields": "pose"},
        HEAD | {"fields": [1]},
        HEAD | {"rate_hz": "10"},
        HEAD | {"float": "f16"},
        HEAD | {"robots": "arm-001"},
    ],
)
def test_what_is_no_request_is_refused(value):
    with pytest.raises(MalformedFrame):
        read(value)


@pytest.mark.parametrize(("name", "single"), [("f32", True), ("f64", False)])
def test_numbers_of_four_bytes_are_for_binary_encodings(name, single):
    wish = read(HEAD | {"float": name}, Encoding.CBOR).subscription
    assert wish.single_floats is single


def test_robots_are_chosen_among_those_of_the_socket():
    known = ("arm-001", "amr-002", "amr-003")
    asked = read(HEAD | {"robots": ["amr-002", "arm-001", "amr-002"]}, robots=known)
    assert asked.robots == ("amr-002", "arm-001")
    assert read(HEAD, robots=known).robots is None
