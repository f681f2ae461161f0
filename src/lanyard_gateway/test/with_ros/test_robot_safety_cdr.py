import itertools

import pytest
from lanyard_msgs.msg import SafetyState
from rclpy.serialization import deserialize_message, serialize_message

from lanyard_gateway.robot.cdr import START
from lanyard_gateway.robot.safety_cdr import SafetyReport, read_safety

TEXTS = ["", "me", "you too", "no heartbeat for 0.25 s", "zu sp\u00e4t"]


def state(*, frame_id="base_link", reason="", holder="me"):
    message = SafetyState(
        state=SafetyState.STATE_SAFE_STOP,
        causes=SafetyState.CAUSE_HEARTBEAT_LOST | SafetyState.CAUSE_SELF_TEST,
        reason=reason,
        state_age_s=12.5,
        at_rest=True,
        session=2**63 + 5,
        holder=holder,
        priority=200,
        speed_cap_mps=0.3,
    )
    message.header.frame_id = frame_id
    message.header.stamp.sec, message.header.stamp.nanosec = 1_800_000_000, 7
    message.commanded_twist.linear.x = 0.25
    return message


@pytest.mark.parametrize("frame_id", ["", "b", "base_link", "robot_17/base_link"])
def test_a_state_is_read_as_rclpy_would(frame_id):
    for reason, holder in itertools.product(TEXTS, TEXTS):
        data = serialize_message(state(frame_id=frame_id, reason=reason, holder=holder))
        message = deserialize_message(data, SafetyState)
        read = read_safety(data)
        assert isinstance(read, SafetyReport)
        assert {name: getattr(message, name) for name in read._fields} == read._asdict()


def test_what_stands_between_the_fields_is_not_looked_at():
    # DDS fills the gaps with what was in its memory before.
    message = state(frame_id="b", reason="no", holder="me")
    data = bytearray(serialize_message(message))
    wanted = read_safety(bytes(data))
    behind_state, behind_reason, behind_at_rest = [15], range(27, 32), range(89, 96)
    for at in (*behind_state, *behind_reason, *behind_at_rest):
        data[START + at] = 0xA5
    assert deserialize_message(bytes(data), SafetyState) == deserialize_message(
        serialize_message(message), SafetyState
    )
    assert read_safety(bytes(data)) == wanted


@pytest.mark.parametrize("length", [0, 3, 4, 11, 14, 20, 60, 110])
def test_bytes_that_end_too_soon_hold_no_state(length):
    with pytest.raises(Exception, match=r"."):
        read_safety(serialize_message(state())[:length])
