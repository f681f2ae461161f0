"""RosRobot against a peer on a real graph that plays the robot and its control node."""

import asyncio
import math
import time

import pytest
import pytest_asyncio
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from geometry_msgs.msg import TransformStamped
from lanyard_msgs.msg import CommandAck, Heartbeat, JointTemperatures, MotionCommand, SafetyState
from lanyard_msgs.srv import AcquireLease, ArmMotion, ReleaseLease, RequestStop, ResetSafety
from nav_msgs.msg import Odometry
from sensor_msgs.msg import (
    BatteryState,
    CameraInfo,
    Image,
    JointState,
    NavSatFix,
    NavSatStatus,
)
from tf2_msgs.msg import TFMessage

from lanyard_core import port
from lanyard_core.faults import Conflict, RosTimeout, Unavailable
from lanyard_core.safety.states import AckStatus, Cause, Priority, State, StopKind
from lanyard_core.telemetry.status import GpsFix, GpsPosition, Twist
from lanyard_node_support import names, qos


class Peer:
    """The robot's end: publishes what a test says, records what it hears, answers services."""

    def __init__(self, node):
        self.node = node
        self.commands = []
        self.heartbeats = []
        self.requests = []
        self.ack_status = CommandAck.STATUS_OK
        self.lease_answer = {"success": True, "session": 42, "holder": "me", "priority": 100}
        self.deaf = False
        self._publishers = {}
        node.create_subscription(MotionCommand, names.COMMAND, self._command, qos.COMMAND)
        node.create_subscription(Heartbeat, names.HEARTBEAT, self.heartbeats.append, qos.HEARTBEAT)
        self._acks = node.create_publisher(CommandAck, names.COMMAND_ACK, qos.ACK)
        node.create_service(AcquireLease, names.ACQUIRE_LEASE, self._acquire)
        node.create_service(ReleaseLease, names.RELEASE_LEASE, self._simple(success=True))
        node.create_service(
            ArmMotion, names.ARM, self._simple(success=False, state=1, message="not neutral")
        )
        node.create_service(RequestStop, names.REQUEST_STOP, self._simple(state=4, at_rest=True))
        node.create_service(
            ResetSafety, names.RESET, self._simple(state=4, causes=64, message="no odometry")
        )

    def publish(self, message, name, profile=qos.SENSOR_OUT):
        if name not in self._publishers:
            self._publishers[name] = self.node.create_publisher(type(message), name, profile)
        self._publishers[name].publish(message)

    def publish_safety(self, **fields):
        self.publish(SafetyState(**fields), names.SAFETY_STATE, qos.SAFETY_STATE)

    def _command(self, message):
        self.commands.append(message)
        self._acks.publish(
            CommandAck(session=message.session, seq=message.seq, status=self.ack_status)
        )

    def _acquire(self, request, response):
        self.requests.append(request)
        if self.deaf:
            time.sleep(3.0)
        return _filled(response, self.lease_answer)

    def _simple(self, **fields):
        def answer(request, response):
            self.requests.append(request)
            return _filled(response, fields)

        return answer


def _filled(response, fields):
    for name, value in fields.items():
        setattr(response, name, value)
    return response


class Listener:
    def __init__(self):
        self.acks = []
        self.statuses = []

    def command_acknowledged(self, ack):
        self.acks.append(ack)

    def safety_changed(self, status):
        self.statuses.append(status)


@pytest_asyncio.fixture
async def peer(graph, fleet):
    made = Peer(graph.peer)
    graph.start_peer()
    return made


@pytest.fixture
def robot(fleet):
    return fleet.robots["arm-001"]


def transform(parent, child, *, x=0.0, z=0.0):
    message = TransformStamped()
    message.header.frame_id = parent
    message.child_frame_id = child
    message.transform.translation.x = x
    message.transform.translation.z = z
    return message


def command(seq, *, session=42):
    return port.MotionCommand(
        session=session, seq=seq, twist=Twist(linear=(0.3, 0.0, 0.0)), stamp_unix_s=time.time()
    )


async def test_a_robot_that_was_never_heard_is_offline_and_unknown(robot):
    status = robot.status()
    assert (status.robot_id, status.online, status.age_s) == ("arm-001", False, None)
    assert (status.battery, status.pose, status.joints, status.safety.state) == (
        None,
        None,
        (),
        None,
    )


async def test_a_command_reaches_the_robot_and_its_acknowledgement_the_listener(
    peer, robot, eventually
):
    listener = Listener()
    robot.listen(listener)
    await eventually(lambda: peer.node.count_publishers(names.COMMAND))
    seq = iter(range(1, 100_000))

    def acknowledged():
        robot.send_command(command(next(seq)))  # the first ones may go before discovery is done
        return listener.acks

    await eventually(acknowledged)
    ack = listener.acks[-1]
    assert (ack.session, ack.status) == (42, AckStatus.OK)
    assert peer.commands[0].twist.linear.x == 0.3
    assert peer.commands[0].header.frame_id == "base_link"


async def test_a_listener_that_was_taken_off_hears_nothing_more(peer, robot, eventually):
    gone, stays = Listener(), Listener()
    stop_listening = robot.listen(gone)
    robot.listen(stays)
    stop_listening()
    stop_listening()
    seq = iter(range(1, 100_000))
    await eventually(lambda: (robot.send_command(command(next(seq))), stays.acks)[1])
    assert gone.acks == []


async def test_the_gateway_beats_ten_times_a_second_and_forwards_heartbeats_with_rising_numbers(
    peer, robot, eventually
):
    def beats(session):
        return [beat for beat in list(peer.heartbeats) if beat.session == session]

    await eventually(lambda: beats(0))
    began, first = time.monotonic(), len(beats(0))
    await eventually(lambda: len(beats(0)) >= first + 10)
    assert 0.8 <= time.monotonic() - began <= 2.0
    robot.send_heartbeat(42)
    robot.send_heartbeat(42)
    await eventually(lambda: len(beats(42)) == 2)
    assert [beat.seq for beat in beats(42)] == [1, 2]
    numbers = [beat.seq for beat in beats(0)]
    assert numbers == sorted(set(numbers))


async def test_the_beat_ends_while_the_event_loop_hangs(peer, eventually):
    await eventually(lambda: peer.heartbeats)
    time.sleep(0.2)  # noqa: ASYNC251 - what is on its way arrives; the loop hangs from here
    before = len(peer.heartbeats)
    time.sleep(0.6)  # noqa: ASYNC251
    assert len(peer.heartbeats) <= before + 1


async def test_the_beat_ends_while_the_ros_thread_hangs(graph, peer, fleet, eventually):
    await eventually(lambda: peer.heartbeats)
    graph.gateway.create_timer(0.01, lambda: time.sleep(1.5))
    await eventually(lambda: not fleet.ros_thread_works())
    before = len(peer.heartbeats)
    await asyncio.sleep(0.6)
    assert len(peer.heartbeats) <= before + 1
    await eventually(lambda: len(peer.heartbeats) > before + 1)


async def test_status_has_every_part_with_its_age(peer, robot, eventually):
    odometry = Odometry()
    odometry.twist.twist.linear.x = 0.25
    camera = CameraInfo(width=640, height=480)
    camera.header.frame_id = "camera_optical"
    moving = [transform("map", "odom", x=1.0), transform("odom", "base_link", x=2.0)]

    def complete():
        peer.publish_safety(state=SafetyState.STATE_IDLE, speed_cap_mps=0.5)
        peer.publish(JointState(name=["joint_1"], position=[0.5]), names.JOINT_STATES)
        peer.publish(
            JointTemperatures(name=["joint_1"], temperature=[41.5]), names.JOINT_TEMPERATURES
        )
        peer.publish(odometry, names.ODOM)
        peer.publish(BatteryState(percentage=0.8), names.BATTERY_STATE)
        peer.publish(camera, names.CAMERA_INFO)
        peer.publish(TFMessage(transforms=moving), names.TF, qos.TF)
        peer.publish(
            TFMessage(transforms=[transform("base_link", "tool0", z=0.7)]),
            names.TF_STATIC,
            qos.TF_STATIC,
        )
        fault = DiagnosticStatus(level=DiagnosticStatus.ERROR, name="motor", message="hot")
        peer.publish(DiagnosticArray(status=[fault]), names.DIAGNOSTICS, qos.DIAGNOSTICS)
        status = robot.status()
        parts = (status.joints, status.twist, status.battery, status.pose, status.cameras)
        rest = (status.end_effector_pose, status.errors, status.cameras and status.cameras[0].fps)
        return status if all(parts) and all(rest) and status.online else None

    status = await eventually(complete)
    assert status.joints[0].temperature_c == 41.5
    assert status.twist.linear == (0.25, 0.0, 0.0)
    assert status.battery.percent == pytest.approx(80.0)
    assert (status.pose.frame_id, status.pose.position) == ("map", (3.0, 0.0, 0.0))
    assert status.localized
    assert status.end_effector_pose.position == (0.0, 0.0, 0.7)
    assert (status.cameras[0].width, status.cameras[0].topic) == (
        640,
        "/arm_001/camera/image_raw",
    )
    assert (status.errors[0].code, status.errors[0].source) == ("MOTOR", "/arm_001/diagnostics")
    assert status.safety.state is State.IDLE
    assert set(status.ages_s) >= {"joints", "twist", "battery", "pose", "safety", "errors"}
    assert all(0.0 <= age < 5.0 for age in status.ages_s.values())


async def test_a_camera_says_its_encoding_in_one_image_and_its_calibration(
    peer, robot, graph, eventually
):
    info = CameraInfo(width=4, height=2, k=[500.0, 0.0, 2.0, 0.0, 500.0, 1.0, 0.0, 0.0, 1.0])
    info.header.stamp.sec = 1_800_000_000
    image = Image(width=4, height=2, encoding="rgb8", step=12, data=bytes(24))

    def known():
        peer.publish(info, names.CAMERA_INFO)
        peer.publish(image, "camera/image_raw")
        cameras = robot.status().cameras
        return cameras[0] if cameras and cameras[0].encoding else None

    camera = await eventually(known)
    assert (camera.id, camera.encoding) == ("camera", "rgb8")
    assert camera.calibrated is True  # and not numpy's
    assert camera.stamp_unix_s == 1_800_000_000.0
    topic = "/arm_001/camera/image_raw"
    await eventually(lambda: graph.peer.count_subscribers(topic) == 0)


async def test_a_satellite_fix_tells_where_the_robot_is(peer, robot, eventually):
    fix = NavSatFix(latitude=48.1, longitude=11.5, altitude=520.0)
    fix.header.frame_id = "gps"
    fix.status.status = NavSatStatus.STATUS_GBAS_FIX
    fix.position_covariance_type = NavSatFix.COVARIANCE_TYPE_DIAGONAL_KNOWN
    fix.position_covariance = [0.04, 0.0, 0.0, 0.0, 0.01, 0.0, 0.0, 0.0, 1.0]

    def position():
        peer.publish(fix, names.GPS_FIX)
        return robot.status().gps

    gps = await eventually(position)
    assert gps == GpsPosition("gps", GpsFix.GBAS, 48.1, 11.5, 520.0, pytest.approx(0.2))
    assert robot.status().ages_s["gps"] < 5.0


async def test_without_a_way_to_the_map_the_pose_is_by_odometry_and_not_localized(
    peer, robot, eventually
):
    def pose():
        message = TFMessage(transforms=[transform("odom", "base_link", x=2.0)])
        peer.publish(message, names.TF, qos.TF)
        return robot.status().pose

    assert (await eventually(pose)).frame_id == "odom"
    assert not robot.status().localized


async def test_an_error_stands_since_it_came_and_goes_when_it_is_ok_again(peer, robot, eventually):
    def report(level):
        status = DiagnosticStatus(level=level, name="motor")
        peer.publish(DiagnosticArray(status=[status]), names.DIAGNOSTICS, qos.DIAGNOSTICS)
        return robot.status().errors

    first = (await eventually(lambda: report(DiagnosticStatus.ERROR)))[0]
    for _ in range(5):
        report(DiagnosticStatus.ERROR)
        await asyncio.sleep(0.01)
    assert robot.status().errors[0].since_unix_s == first.since_unix_s
    await eventually(lambda: not report(DiagnosticStatus.OK))


async def test_listeners_hear_each_change_of_the_safety_state_once(peer, robot, eventually):
    listener = Listener()
    robot.listen(listener)

    def say(state):
        peer.publish_safety(state=state)
        return listener.statuses and listener.statuses[-1].safety.state == state

    await eventually(lambda: say(State.IDLE))
    await eventually(lambda: say(State.SAFE_STOP))
    assert [status.safety.state for status in listener.statuses] == [State.IDLE, State.SAFE_STOP]
    assert listener.statuses[-1].online


async def test_listeners_hear_when_the_robot_falls_silent(peer, robot, eventually):
    listener = Listener()
    robot.listen(listener)
    await eventually(lambda: (peer.publish_safety(state=1), listener.statuses)[1])
    await eventually(lambda: not listener.statuses[-1].online)
    assert not robot.status().online
    assert robot.status().safety.age_s >= 0.5


async def test_a_message_that_cannot_be_understood_is_dropped(peer, robot, eventually):
    message = JointState(name=["joint_1"], position=[math.nan])
    await eventually(lambda: (peer.publish(message, names.JOINT_STATES), robot.status().ages_s)[1])
    assert robot.status().joints == ()


async def test_a_lease_is_granted_with_its_session(peer, robot):
    grant = await robot.acquire_lease(
        holder="x" * 500, priority=Priority.OPERATOR, take=True, full_speed=True
    )
    assert (grant.session, grant.holder, grant.priority) == (42, "me", 100)
    request = peer.requests[0]
    assert (len(request.holder), request.take, request.full_speed) == (128, True, True)


async def test_a_lease_that_somebody_holds_is_a_conflict_that_names_the_holder(peer, robot):
    peer.lease_answer = {"success": False, "holder": "ann", "priority": 150}
    with pytest.raises(Conflict) as caught:
        await robot.acquire_lease(holder="bob", priority=Priority.OPERATOR, take=False)
    assert caught.value.code == "lease_held"
    assert caught.value.extra["holder"] == "ann"


async def test_a_lease_refused_for_another_reason_is_a_conflict_that_says_it(peer, robot):
    peer.lease_answer = {"success": False, "message": "the self-test runs"}
    with pytest.raises(Conflict, match="self-test") as caught:
        await robot.acquire_lease(holder="bob", priority=Priority.OPERATOR, take=False)
    assert caught.value.code == "precondition_failed"


async def test_stop_reset_arm_and_release_carry_the_control_nodes_answers(peer, robot):
    stopped = await robot.request_stop(kind=StopKind.HALT, actor="key", reason="test")
    assert (stopped.success, stopped.state, stopped.at_rest) == (True, State.SAFE_STOP, True)
    assert peer.requests[-1].kind == RequestStop.Request.KIND_HALT
    reset = await robot.reset(request_id=7, actor="key", may_reset_severe=False)
    assert (reset.success, reset.causes) == (False, Cause.SENSOR_LOST)
    assert reset.message == "no odometry"
    armed = await robot.arm(42, arm=True)
    assert (armed.success, armed.state, armed.message) == (False, State.IDLE, "not neutral")
    await robot.release_lease(42)
    assert peer.requests[-1].session == 42


@pytest.mark.parametrize("patience_s", [2.0])
async def test_a_service_that_does_not_answer_is_a_time_out_that_names_it(peer, robot):
    peer.deaf = True
    with pytest.raises(RosTimeout, match="acquire_lease did not answer within 2 s"):
        await robot.acquire_lease(holder="bob", priority=Priority.OPERATOR, take=False)


@pytest.mark.parametrize("patience_s", [2.0])
async def test_a_service_that_nobody_serves_is_unavailable_and_says_so(robot):
    with pytest.raises(Unavailable, match="nobody serves /arm_001/lanyard/arm") as caught:
        await robot.arm(1, arm=True)
    assert caught.value.code == "robot_offline"
    assert not isinstance(caught.value, RosTimeout)
