"""What goes out to one client: answers first, the newest of each topic, and an end to waiting."""

import asyncio
import base64
import zlib

import orjson
import pytest
from rclpy.serialization import serialize_message
from std_msgs.msg import String

from lanyard_core.stream.channel import CloseCode
from lanyard_rosbridge.protocol.delivery import Pace
from lanyard_rosbridge.protocol.operations import Compression, Format
from lanyard_rosbridge.protocol.png_text import picture_of
from lanyard_rosbridge.ros.types import type_of
from lanyard_rosbridge.serve.feeds import Sample
from lanyard_rosbridge.serve.outlet import MAX_ANSWER_BYTES, Outlet, Subscription
from lanyard_rosbridge.serve.packing import packed, text_frame

PLAIN = Format()


class FakeLine:
    """A socket that takes what it is sent, or not."""

    def __init__(self):
        self.is_clear, self.is_over = True, False
        self.frames, self.probes, self.closed = [], 0, None
        self.came = lambda: None

    def send_packed(self, frame):
        self.frames.append(frame)
        self.came()

    def probe(self):
        self.probes += 1

    def close(self, code):
        self.closed = code

    def texts(self):
        return [orjson.loads(frame[frame.index(b"{") :]) for frame in self.frames]


def sample(text):
    return Sample(type_of(String), serialize_message(String(data=text)))


@pytest.fixture
async def line():
    return FakeLine()


@pytest.fixture
async def outlet(line):
    made = Outlet(line)
    yield made
    made.close()


def reader(outlet, written="/t", form=PLAIN, pace=None):
    return Subscription(outlet, written, form, pace or Pace())


def now():
    return asyncio.get_running_loop().time()


async def test_a_message_goes_straight_out_while_the_client_takes_it(line, outlet):
    reader(outlet).read(sample("a"), now())
    assert line.texts() == [{"op": "publish", "topic": "/t", "msg": {"data": "a"}}]


async def test_two_clients_get_the_same_bytes_made_once(line, outlet):
    other = FakeLine()
    second = Outlet(other)
    shared = sample("a")
    for each in (outlet, second):
        reader(each).read(shared, now())
    assert line.frames[0] is other.frames[0]
    second.close()


async def test_a_client_that_is_slow_gets_the_newest_when_it_reads_again(line, outlet):
    subscription = reader(outlet)
    line.is_clear = False
    for number in range(10):
        subscription.read(sample(str(number)), now())
    assert line.frames == []
    line.is_clear = True
    line.on_clear()
    assert [text["msg"]["data"] for text in line.texts()] == ["9"]


async def test_answers_go_before_messages_and_small_messages_before_large_ones(line, outlet):
    large, small = reader(outlet, "/large"), reader(outlet, "/small")
    line.is_clear = False
    large.read(sample("x" * 1000), now())
    small.read(sample("x"), now())
    outlet.answer([text_frame(b'{"op":"status"}')])
    line.is_clear = True
    line.on_clear()
    assert [text.get("topic") for text in line.texts()] == [None, "/small", "/large"]


async def test_no_more_than_a_window_is_under_way_to_a_client_that_does_not_answer(line, outlet):
    subscription = reader(outlet)
    for number in range(100):
        subscription.read(sample(str(number)), now())
    assert 0 < len(line.frames) < 50
    assert line.probes == 1
    sent = len(line.frames)
    line.on_answer()
    assert len(line.frames) > sent
    assert line.texts()[-1]["msg"]["data"] == "99"


async def test_a_throttled_topic_comes_at_its_pace_with_its_newest_message(line, outlet):
    subscription = reader(outlet, pace=Pace(throttle_s=0.05))
    for number in range(5):
        subscription.read(sample(str(number)), now())
    assert [text["msg"]["data"] for text in line.texts()] == ["0"]
    came = asyncio.Event()
    line.came = came.set
    await asyncio.wait_for(came.wait(), 5.0)
    assert [text["msg"]["data"] for text in line.texts()] == ["0", "4"]


async def test_a_client_whose_answers_pile_up_is_let_go(line, outlet):
    line.is_clear = False
    outlet.answer([b"x" * (MAX_ANSWER_BYTES + 1)])
    assert line.closed is CloseCode.TRY_LATER


async def test_a_damaged_message_is_left_out(line, outlet):
    reader(outlet).read(Sample(type_of(String), b"\0\1\0\0\xff\xff"), now())
    assert line.frames == []


@pytest.mark.parametrize("length", [0, 1, 2, 3, 10, 1000, 4321])
def test_a_picture_holds_the_text_and_nothing_but_line_ends(length):
    text = bytes(32 + number % 90 for number in range(length))
    data = base64.b64decode(picture_of(text))
    width, height = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))
    begin = data.index(b"IDAT") + 4
    rows = zlib.decompressobj().decompress(data[begin:])
    row = 3 * width + 1
    assert len(rows) == row * height
    pixels = b"".join(rows[at + 1 : at + row] for at in range(0, len(rows), row))
    assert pixels[:length] == text
    assert pixels[length:].strip(b"\n") == b""


@pytest.mark.parametrize("length", [0, 125, 126, 65535, 65536])
def test_a_frame_says_its_length(length):
    frame = text_frame(b"x" * length)
    assert frame.endswith(b"x" * length)
    sizes = {125: 2, 126: 4, 65535: 4, 65536: 10}
    assert len(frame) - length == sizes.get(length, 2)


def test_an_answer_comes_in_the_form_that_was_asked_for():
    values = {"op": "service_response", "id": "1", "values": {"text": "x" * 300}}
    assert packed(values, Format(Compression.CBOR))[0][0] == 0x82
    (picture,) = packed(values, Format(Compression.PNG))
    assert orjson.loads(picture[picture.index(b"{") :])["op"] == "png"
    assert len(packed(values, Format(fragment_size=100))) == 4
