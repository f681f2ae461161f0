import pytest

from lanyard_core.stream.channel import Encoding
from lanyard_core.stream.codecs import CODECS
from lanyard_core.stream.plain import FROM_SERVER
from lanyard_core.telemetry.reader import MAX_ANSWERS, EncodedSample, Reader

BODY = {"ts_us": 7, "robot_id": "arm-001", "pose": None, "ages_ms": {}}


class Rig:
    def __init__(self, encoding=Encoding.MSGPACK):
        self.codec = CODECS[encoding]
        self.reader = Reader(self.codec)

    def offer(self, *, schema=None, **more):
        body = BODY | more
        encoded = EncodedSample(body["robot_id"], self.codec.encode(body), schema)
        self.reader.offer(encoded)

    def take(self):
        message = self.reader.take_answer() or self.reader.take_sample()
        return None if message is None else self.codec.decode(message, limits=FROM_SERVER)


@pytest.mark.parametrize("encoding", list(Encoding))
@pytest.mark.parametrize("parts", [0, 1, 12, 20, 40])
def test_a_frame_is_the_clients_own_head_and_the_shared_body(encoding, parts):
    rig = Rig(encoding)
    more = {f"part_{n}": n for n in range(parts)}
    rig.offer(**more)
    assert rig.take() == {"v": 1, "t": "tlm", "seq": 1, "dropped": 0, **BODY, **more}


def test_a_reader_that_keeps_up_sees_every_number():
    rig = Rig()
    numbers = []
    for _ in range(5):
        rig.offer()
        numbers.append(rig.take()["seq"])
    assert numbers == [1, 2, 3, 4, 5]
    assert rig.take() is None


def test_a_slow_reader_gets_the_newest_and_sees_what_it_missed():
    rig = Rig()
    for n in range(10):
        rig.offer(ts_us=n)
    frame = rig.take()
    assert (frame["ts_us"], frame["seq"], frame["dropped"]) == (9, 10, 9)
    rig.offer(ts_us=10)
    frame = rig.take()
    assert (frame["seq"], frame["dropped"]) == (11, 9)


def test_an_answer_goes_out_before_the_sample_and_numbers_still_rise():
    rig = Rig()
    rig.offer()
    rig.offer()
    rig.reader.answer("pong", {"ack": 1})
    assert [(f["t"], f["seq"]) for f in (rig.take(), rig.take())] == [("pong", 1), ("tlm", 3)]


def test_answers_that_nobody_reads_are_bounded():
    rig = Rig()
    for n in range(100):
        rig.reader.answer("pong", {"ack": n})
    acks = [rig.take()["ack"] for _ in range(MAX_ANSWERS)]
    assert acks == list(range(100 - MAX_ANSWERS, 100))
    assert rig.take() is None


def test_a_sample_of_the_old_subscription_can_be_forgotten():
    rig = Rig()
    rig.offer()
    rig.reader.forget_samples()
    assert rig.take() is None
    assert rig.reader.dropped == 0


def test_each_robot_has_a_place_of_its_own_and_its_own_count():
    rig = Rig()
    for n in range(3):
        rig.offer(robot_id="arm-001", ts_us=n)
    rig.offer(robot_id="amr-002")
    first, second = rig.take(), rig.take()
    assert (first["robot_id"], first["ts_us"], first["dropped"]) == ("arm-001", 2, 2)
    assert (second["robot_id"], second["dropped"]) == ("amr-002", 0)
    assert (first["seq"], second["seq"]) == (3, 4)
    assert rig.reader.dropped == 2


def test_a_robot_that_waits_keeps_its_turn_when_its_newer_sample_comes():
    rig = Rig()
    for robot_id in ("arm-001", "amr-002", "arm-001"):
        rig.offer(robot_id=robot_id)
    assert [rig.take()["robot_id"] for _ in range(2)] == ["arm-001", "amr-002"]


def test_a_schema_goes_once_before_the_samples_that_need_it():
    rig = Rig()
    schema = rig.codec.encode({"robot_id": "arm-001", "joint_names": ["a"]})
    for _ in range(2):
        rig.offer(schema=schema)
        rig.offer(robot_id="amr-002")
    frames = [rig.take() for _ in range(3)]
    assert [frame["t"] for frame in frames] == ["schema", "tlm", "tlm"]
    assert (frames[0]["joint_names"], frames[0]["seq"]) == (["a"], 1)
    rig.offer(schema=schema)
    assert rig.take()["t"] == "tlm"
    rig.offer(schema=rig.codec.encode({"robot_id": "arm-001", "joint_names": ["b"]}))
    assert [rig.take()["t"] for _ in range(2)] == ["schema", "tlm"]


def test_after_a_new_subscription_the_schema_is_told_again():
    rig = Rig()
    schema = rig.codec.encode({"robot_id": "arm-001", "joint_names": ["a"]})
    rig.offer(schema=schema)
    assert [rig.take()["t"] for _ in range(2)] == ["schema", "tlm"]
    rig.reader.forget_samples()
    rig.offer(schema=schema)
    assert rig.take()["t"] == "schema"
