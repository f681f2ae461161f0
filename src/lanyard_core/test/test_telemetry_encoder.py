"""Samples on the wire: what is told once, and how large numbers are."""

from dataclasses import replace

import pytest

from lanyard_core.stream.channel import Encoding
from lanyard_core.stream.codecs import CODECS
from lanyard_core.stream.plain import FROM_SERVER
from lanyard_core.telemetry.assembly import Assembly
from lanyard_core.telemetry.encoder import SampleEncoder
from lanyard_core.telemetry.reader import Reader
from lanyard_core.telemetry.status import GpsFix, GpsPosition, Joint, RobotStatus
from lanyard_core.telemetry.subscription import Subscription

BINARY = [Encoding.MSGPACK, Encoding.CBOR]
JOINTS = tuple(Joint(f"joint_{n}", n / 10, 0.1, None, 40.5) for n in range(1, 4))
GPS = GpsPosition("gps", GpsFix.SBAS, 48.137154123, 11.576124456, 520.25, 0.7)
STATUS = RobotStatus("arm-001", online=True, age_s=0.0, joints=JOINTS, gps=GPS)


def decoded(encoding, wire):
    return CODECS[encoding].decode(wire, limits=FROM_SERVER)


def encode(encoding, status=STATUS, **wish):
    return SampleEncoder(encoding, Subscription(**wish)).encode(status, now_us=7, task=None)


def test_json_names_the_joints_in_every_sample():
    sample = encode(Encoding.JSON)
    assert sample.schema is None
    assert decoded(Encoding.JSON, sample.body)["joint_state"]["name"] == [
        "joint_1", "joint_2", "joint_3",
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", BINARY)
def test_binary_samples_leave_the_names_of_the_joints_to_the_schema(encoding):
    sample = encode(encoding)
    assert "name" not in decoded(encoding, sample.body)["joint_state"]
    assert decoded(encoding, sample.schema) == {
        "robot_id": "arm-001",
        "joint_names": ["joint_1", "joint_2", "joint_3"],
    }


@pytest.mark.parametrize("encoding", BINARY)
def test_who_does_not_want_joints_or_hears_of_none_needs_no_schema(encoding):
    assert encode(encoding, parts=("pose",)).schema is None
    assert encode(encoding, replace(STATUS, joints=())).schema is None


def test_the_schema_stays_the_same_object_until_the_joints_are_others():
    encoder = SampleEncoder(Encoding.MSGPACK, Subscription())
    first = encoder.encode(STATUS, now_us=1, task=None)
    assert encoder.encode(STATUS, now_us=2, task=None).schema is first.schema
    fewer = encoder.encode(replace(STATUS, joints=JOINTS[:1]), now_us=3, task=None)
    assert decoded(Encoding.MSGPACK, fewer.schema)["joint_names"] == ["joint_1"]


@pytest.mark.parametrize("encoding", BINARY)
def test_single_floats_are_smaller_and_good_to_seven_digits(encoding):
    double, single = encode(encoding), encode(encoding, single_floats=True)
    assert len(single.body) < len(double.body)
    joints = decoded(encoding, single.body)["joint_state"]
    assert joints["position"] == pytest.approx([0.1, 0.2, 0.3], rel=1e-7)
    assert joints["position"] != [0.1, 0.2, 0.3]


@pytest.mark.parametrize("encoding", BINARY)
def test_a_position_on_the_earth_is_never_rounded(encoding):
    gps = decoded(encoding, encode(encoding, single_floats=True).body)["gps"]
    assert (gps["latitude_deg"], gps["longitude_deg"]) == (48.137154123, 11.576124456)
    assert (gps["fix"], gps["accuracy_m"]) == ("sbas", 0.7)


@pytest.mark.parametrize("encoding", list(Encoding))
@pytest.mark.parametrize("single_floats", [False, True])
def test_what_a_client_puts_together_has_every_part(encoding, single_floats):
    reader = Reader(CODECS[encoding])
    reader.offer(encode(encoding, single_floats=single_floats))
    assembly = Assembly()
    frames = []
    while (message := reader.take_sample()) is not None:
        frames.append(assembly.take(decoded(encoding, message)))
    assert [frame["seq"] for frame in frames] == list(range(1, len(frames) + 1))
    assert frames[-1]["joint_state"]["name"] == ["joint_1", "joint_2", "joint_3"]
    assert frames[-1]["joint_state"]["effort"] == [None, None, None]


def test_other_frames_pass_the_assembly_as_they_are():
    assembly = Assembly()
    for frame in ({"t": "pong", "ack": 1}, {"t": "tlm", "joint_state": None}, {"t": "tlm"}):
        assert assembly.take(frame) == frame
