"""Between CDR bytes, plain values and messages, for real types of ROS: what goes in comes out."""

import contextlib
import math

import numpy as np
import orjson
import pytest
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import PoseWithCovariance, TransformStamped, Twist, TwistStamped
from hypothesis import given, settings
from hypothesis import strategies as st
from lanyard_msgs.action import ExecuteTask
from lanyard_msgs.msg import CommandAck, MotionCommand, SafetyState
from nav_msgs.msg import OccupancyGrid, Odometry, Path
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import BatteryState, CameraInfo, Image, Imu, JointState, LaserScan, PointCloud2
from std_msgs.msg import Bool, ByteMultiArray, Empty, Float64MultiArray, String, UInt8MultiArray
from std_srvs.srv import SetBool
from tf2_msgs.msg import TFMessage

from lanyard_core.faults import BadInput
from lanyard_rosbridge.conversion.cdr_reader import Flavour, Tagged
from lanyard_rosbridge.conversion.layout import Kind, Many, Struct, Text
from lanyard_rosbridge.protocol import cbor_codec, json_codec
from lanyard_rosbridge.ros import layouts
from lanyard_rosbridge.ros.types import message_type, service_class, type_of

TYPES = [
    BatteryState, Bool, ByteMultiArray, CameraInfo, CommandAck, DiagnosticArray, Empty,
    Float64MultiArray, Image, Imu, JointState, LaserScan, MotionCommand, OccupancyGrid, Odometry,
    Path, PointCloud2, PoseWithCovariance, SafetyState, SetBool.Request, SetBool.Response, String,
    TFMessage, TransformStamped, Twist, TwistStamped, UInt8MultiArray,
]  # fmt: skip
TEXTS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=9)


def values_of(kind):
    """Any values of a type."""
    if isinstance(kind, Text):
        return TEXTS
    if isinstance(kind, Struct):
        return st.fixed_dictionaries({field.name: values_of(field.type) for field in kind.fields})
    if isinstance(kind, Many):
        size = (
            {"min_size": kind.length, "max_size": kind.length} if kind.length else {"max_size": 5}
        )
        return st.lists(values_of(kind.item), **size)
    if kind is Kind.BOOL:
        return st.booleans()
    if kind.is_float:
        return st.floats(width=8 * kind.size, allow_nan=False, allow_infinity=False)
    bits = 8 * kind.size
    low = -(1 << bits - 1) if kind.letter.islower() else 0
    return st.integers(low, low + (1 << bits) - 1)


def plain(value):
    """A converted value as lists and numbers."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, np.ndarray):
        return value.tolist()
    return [plain(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.__name__)
@settings(max_examples=20)
@given(data=st.data())
def test_what_a_client_sends_is_what_a_client_reads(kind, data):
    type_ = type_of(kind)
    values = data.draw(values_of(type_.layout))
    raw = serialize_message(type_.fill(values))
    text = json_codec.encode(type_.read(raw, Flavour.JSON))
    again = type_.fill(orjson.loads(text))
    assert again == deserialize_message(raw, kind)
    cbor_codec.encode(type_.read(raw, Flavour.CBOR))


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.__name__)
@settings(max_examples=20)
@given(data=st.data())
def test_bytes_that_are_no_message_are_refused_or_read_and_nothing_else(kind, data):
    type_ = type_of(kind)
    raw = serialize_message(type_.fill(data.draw(values_of(type_.layout))))
    cut = data.draw(st.integers(0, len(raw)))
    noise = data.draw(st.binary(max_size=60))
    for bad in (raw[:cut], b"\0\1\0\0" + noise, noise):
        with contextlib.suppress(BadInput):
            type_.read(bad, Flavour.JSON)


def test_nan_is_null_in_json_and_null_is_nan():
    type_ = type_of(JointState)
    raw = serialize_message(JointState(position=[math.nan, math.inf, 1.0]))
    text = json_codec.encode(type_.read(raw, Flavour.JSON))
    assert orjson.loads(text)["position"] == [None, None, 1.0]
    long = serialize_message(JointState(position=[math.nan] * 100))
    assert (
        orjson.loads(json_codec.encode(type_.read(long, Flavour.JSON)))["position"] == [None] * 100
    )
    assert math.isnan(type_.fill({"position": [None]}).position[0])


def test_bytes_are_base64_in_json_and_bytes_in_cbor():
    type_ = type_of(Image)
    raw = serialize_message(Image(data=b"abc"))
    assert type_.read(raw, Flavour.JSON)["data"] == "YWJj"
    assert type_.read(raw, Flavour.CBOR)["data"] == b"abc"
    assert bytes(type_.fill({"data": "YWJj"}).data) == b"abc"
    assert bytes(type_.fill({"data": [97, 98, 99]}).data) == b"abc"


def test_arrays_of_numbers_are_typed_arrays_in_cbor():
    found = type_of(JointState).read(serialize_message(JointState(position=[1.0])), Flavour.CBOR)
    position = found["position"]
    assert isinstance(position, Tagged)
    assert (position.tag, position.data) == (86, np.array([1.0], "<f8").tobytes())


@pytest.mark.parametrize(
    ("kind", "values", "complaint"),
    [
        (Twist, {"linear": {"x": "fast"}}, "linear.x: 'fast' is not a number"),
        (Twist, {"linaer": {}}, "geometry_msgs/msg/Twist has no field 'linaer'"),
        (Twist, {"linear": 5}, "linear: 5 is not an object"),
        (Twist, 5, "5 is not an object"),
        (JointState, {"name": ["a", 1]}, r"name[1]: 1 is not text"),
        (JointState, {"position": [1.0, "x"]}, "position[1]: 'x' is not a number"),
        (Image, {"height": -1}, "height: -1 is not a whole number from 0 to 4294967295"),
        (Image, {"data": "%%%"}, "data: bytes are written as base64"),
        (Bool, {"data": "true"}, "data: 'true' is not true or false"),
        (PoseWithCovariance, {"covariance": [1.0]}, "covariance: 1 items where 36 are needed"),
    ],
)
def test_values_that_do_not_fit_are_refused_with_their_place(kind, values, complaint):
    with pytest.raises(BadInput) as caught:
        type_of(kind).fill(values)
    assert complaint in caught.value.detail


def test_times_may_be_written_as_ros_1_did():
    found = type_of(TwistStamped).fill({"header": {"stamp": {"secs": 5, "nsecs": 6}}})
    assert (found.header.stamp.sec, found.header.stamp.nanosec) == (5, 6)


def test_a_header_without_a_stamp_gets_the_time_and_one_with_a_stamp_keeps_it():
    now = type_of(TwistStamped).fill({"header": {"stamp": {"sec": 9}}}).header.stamp
    for values, seconds in (({}, 9), ({"header": {}}, 9), ({"header": {"stamp": {"sec": 1}}}, 1)):
        assert type_of(TwistStamped).fill(values, now=now).header.stamp.sec == seconds


def test_a_service_may_be_called_with_a_list_of_its_fields():
    assert type_of(SetBool.Request).fill([True]).data is True
    with pytest.raises(BadInput, match="2 values for 1 fields"):
        type_of(SetBool.Request).fill([True, False])


@pytest.mark.parametrize("name", ["std_msgs/String", "std_msgs/msg/String"])
def test_types_are_found_by_both_of_their_names(name):
    assert message_type(name).name == "std_msgs/msg/String"
    assert service_class("std_srvs/SetBool") is SetBool


@pytest.mark.parametrize(
    "name",
    ["String", "std_msgs/srv/String", "std_msgs/Nothing", "no_pkg/X", "os/../x", "", "a/b/c/d"],
)
def test_names_of_no_type_are_refused(name):
    with pytest.raises(BadInput):
        message_type(name)


def test_the_messages_inside_an_action_are_read_and_filled():
    inner = ExecuteTask.Impl
    told = inner.FeedbackMessage(feedback=ExecuteTask.Feedback(phase="half"))
    values = type_of(inner.FeedbackMessage).values(told)
    assert values["feedback"]["phase"] == "half"
    goal = type_of(ExecuteTask.Goal).fill({"task_type": "wait", "timeout_s": 2})
    request = inner.SendGoalService.Request(goal=goal)
    read = type_of(inner.SendGoalService.Request).values(request)
    assert (read["goal"]["task_type"], read["goal"]["timeout_s"]) == ("wait", 2.0)


def test_the_layout_of_a_part_of_a_service_has_a_name():
    assert layouts.layout(SetBool.Request).name == "std_srvs/srv/SetBool_Request"
