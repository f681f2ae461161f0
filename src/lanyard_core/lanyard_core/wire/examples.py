"""An example of every frame, made by the code that writes it.

One full example of each kind, and for what may be unknown a sparse one. The golden vectors, the
schemas of what a server says and the published document are made from these. Times and names are
made up; nothing here depends on a clock.
"""

from __future__ import annotations

from dataclasses import replace

from lanyard_core.events.answers import event_body, filtered_body, gap_body, resumed_body
from lanyard_core.events.news import Event, EventType, News
from lanyard_core.events.wishes import EventFilter
from lanyard_core.faults import BadInput
from lanyard_core.safety.states import AckStatus, Cause, State
from lanyard_core.stream.answers import head_of, pong_body, refusal_body
from lanyard_core.stream.client_frames import write_client_frame
from lanyard_core.stream.frames import (
    Ack,
    Arm,
    Command,
    Err,
    Hello,
    Ping,
    Pong,
    StateChange,
    Stop,
)
from lanyard_core.stream.plain import Plain
from lanyard_core.stream.server_frames import write_server_frame
from lanyard_core.stream.settings import CommandLimits, CommandTiming
from lanyard_core.telemetry.answers import confirmation_body
from lanyard_core.telemetry.sample import sample
from lanyard_core.telemetry.status import (
    UNKNOWN_SAFETY,
    Battery,
    Camera,
    GpsFix,
    GpsPosition,
    Joint,
    Pose,
    RobotError,
    RobotStatus,
    Twist,
)
from lanyard_core.telemetry.subscription import PARTS, Subscription

NOW_US = 1_795_000_000_000_000
FRAMES = ("base_link", "map")
SESSION = "0d4d0f0c-9d0f-4c1e-8a43-6f0e7c9b1d52"
EVENT_ID = "01KAJ3B2M0WQ8T0V5N3E7R9S1X"
_FORWARD = Twist((0.25, 0.0, 0.0), (0.0, 0.0, -0.5))

_UNHEARD = RobotStatus("arm-001", online=False, age_s=None)
_FULL = RobotStatus(
    robot_id="arm-001",
    online=True,
    age_s=0.01,
    battery=Battery(81.5, 25.1, -3.2, 31.0, charging=False, age_s=0.51),
    joints=(
        Joint("joint_1", 0.1, 0.0, 1.2, 41.5),
        Joint("joint_2", -0.5, None, None, None),
    ),
    pose=Pose("map", (1.0, 2.0, 0.0), (0.0, 0.0, 0.0, 1.0)),
    localized=True,
    end_effector_pose=Pose("base_link", (0.4, 0.0, 0.6), (0.0, 0.0, 0.0, 1.0)),
    twist=Twist((0.1, 0.0, 0.0)),
    cameras=(
        Camera(
            "camera", "camera_optical", 640, 480, "/arm_001/camera/image_raw", 30.0, 0.03,
            "rgb8", 1_794_999_999.97, calibrated=True,
        ),
        Camera("wrist", "wrist_optical", 320, 240, "/arm_001/wrist/image_raw", None, 0.03),
    ),
    gps=GpsPosition("gps", GpsFix.SBAS, 48.137154, 11.576124, 520.25, 0.7),
    errors=(
        RobotError(
            "JOINT_3_OVERTEMP", "warning", "joint 3 is hot", "let it rest", 1_794_999_900.0,
            "/arm_001/diagnostics",
        ),
    ),
    safety=replace(
        UNKNOWN_SAFETY,
        state=State.ACTIVE,
        causes=Cause.NONE,
        since_unix_s=1_794_999_990.0,
        holder="task:t-01",
        speed_cap_mps=0.25,
        age_s=0.04,
    ),
    ages_s={
        "joints": 0.012, "end_effector_pose": 0.014, "pose": 0.014, "twist": 0.009,
        "battery": 0.51, "cameras": 0.03, "errors": 0.4, "safety": 0.038, "gps": 0.2,
    },
)  # fmt: skip
_NO_FIX = replace(_FULL, gps=GpsPosition("gps", GpsFix.NONE, None, None, None, None))
_NO_FIGURES = replace(
    _FULL,
    battery=Battery(None, None, None, None, charging=True, age_s=0.5),
    safety=replace(_FULL.safety, since_unix_s=None, causes=Cause.SENSOR_LOST),
)
_TASK: Plain = {
    "task_id": "t-01",
    "task_type": "move_to",
    "status": "running",
    "phase": "drive",
    "progress": 0.4,
}

COMMAND_CLIENT: dict[str, list[Plain]] = {
    "arm": [
        write_client_frame(Arm(2, NOW_US, SESSION)),
        write_client_frame(Arm(2, NOW_US, SESSION, clear_safe_stop=True)),
    ],
    "cmd": [
        write_client_frame(Command(42, NOW_US, _FORWARD)),
        write_client_frame(
            Command(
                43,
                NOW_US,
                _FORWARD,
                frame_id="map",
                stamp_us=NOW_US - 7_000,
                ttl_ms=50,
                want_ack=False,
                joint_velocities=(0.5, 0.0, -0.25),
            )
        ),
    ],
    "cmd-packed": [
        write_client_frame(Command(44, NOW_US, _FORWARD, packed=True)),
        write_client_frame(
            Command(45, NOW_US, _FORWARD, frame_id="map", ttl_ms=50, packed=True), frames=FRAMES
        ),
    ],
    "ping": [write_client_frame(Ping(3, NOW_US))],
    "stop": [write_client_frame(Stop(5, NOW_US, "a person stands there"))],
}

COMMAND_SERVER: dict[str, list[Plain]] = {
    "hello": [
        write_server_frame(
            Hello(
                1,
                NOW_US,
                session=SESSION,
                robot_id="arm-001",
                state="ready",
                lease_holder="key:em2mqxjzlc",
                lease_is_yours=True,
                lease_ttl_ms=3000,
                limits=CommandLimits(),
                timing=CommandTiming(),
                frames=FRAMES,
            )
        )
    ],
    "ack": [
        write_server_frame(Ack(17, NOW_US, 42, status, rx_us=NOW_US - 450, ctl_us=410, lost=0))
        for status in AckStatus
    ],
    "ack-packed": [
        write_server_frame(Ack(18, NOW_US, 44, AckStatus.OK, 0, ctl_us=410, lost=2, packed=True))
    ],
    "pong": [write_server_frame(Pong(4, NOW_US, 3, NOW_US - 450))],
    "state": [
        write_server_frame(
            StateChange(6, NOW_US, "safe_stop", "ack_timeout", ("ack_late",), False, False, NOW_US)
        ),
        write_server_frame(StateChange(7, NOW_US, "unknown", "", (), False, False, None)),
    ],
    "err": [
        write_server_frame(Err(8, NOW_US, "lease_held", "task:t-01 holds the lease", 2)),
        write_server_frame(Err(9, NOW_US, "bad_frame", "frame.seq is missing")),
    ],
}


def _sub(seq: int, **wish: Plain) -> Plain:
    return {"v": 1, "t": "sub", "seq": seq, "ts_us": NOW_US, **wish}


def _told(kind: str, seq: int, body: dict[str, Plain], **own: Plain) -> Plain:
    return {**head_of(kind, seq), **own, **body}


def _tlm(seq: int, status: RobotStatus, task: Plain) -> Plain:
    body = dict(sample(status, PARTS, now_us=NOW_US, task=task))
    return _told("tlm", seq, body, dropped=0)


_UNKNOWN_FIELD = BadInput("there is no weather", code="unknown_field")

TELEMETRY_CLIENT: dict[str, list[Plain]] = {
    "sub": [
        _sub(1),
        _sub(2, fields=["pose", "safety"], rate_hz=50, float="f32", robots=["arm-001"]),
    ],
    "ping": [{"v": 1, "t": "ping", "seq": 3, "ts_us": NOW_US}],
}

TELEMETRY_SERVER: dict[str, list[Plain]] = {
    "tlm": [
        _tlm(9, _FULL, _TASK), _tlm(10, _UNHEARD, None), _tlm(11, _NO_FIX, None),
        _tlm(12, _NO_FIGURES, None),
    ],
    "schema": [
        _told("schema", 8, {"robot_id": "arm-001", "joint_names": ["joint_1", "joint_2"]})
    ],
    "sub": [
        _told(
            "sub",
            3,
            confirmation_body(
                Subscription(("pose", "safety"), 50.0, single_floats=True),
                ["arm-001"],
                ack=2,
                now_us=NOW_US,
            ),
        )
    ],
    "pong": [_told("pong", 4, pong_body(ack=3, now_us=NOW_US))],
    "err": [_told("err", 5, refusal_body(_UNKNOWN_FIELD, now_us=NOW_US))],
}  # fmt: skip

_STARTED = News(
    EventType.TASK_STARTED, robot_id="arm-001", task_id="t-01", data={"status": "running"}
)
_OVERLOAD = News(EventType.GATEWAY_OVERLOAD, data={"loop_late_ms": 310})

EVENTS_CLIENT: dict[str, list[Plain]] = {
    "resume": [
        {"v": 1, "t": "resume", "seq": 1, "ts_us": NOW_US, "last_event_id": EVENT_ID},
    ],
    "filter": [
        {"v": 1, "t": "filter", "seq": 2, "ts_us": NOW_US},
        {"v": 1, "t": "filter", "seq": 3, "ts_us": NOW_US,
         "types": ["task.*", "robot.safe_stop"], "robots": ["arm-001"], "tasks": ["t-01"]},
    ],
    "ping": [{"v": 1, "t": "ping", "seq": 4, "ts_us": NOW_US}],
}  # fmt: skip

EVENTS_SERVER: dict[str, list[Plain]] = {
    "evt": [
        _told("evt", 1, event_body(Event(EVENT_ID, NOW_US, _STARTED))),
        _told("evt", 2, event_body(Event(EVENT_ID, NOW_US, _OVERLOAD))),
    ],
    "gap": [
        _told("gap", 3, gap_body(12, now_us=NOW_US)),
        _told("gap", 4, gap_body(None, now_us=NOW_US)),
    ],
    "resume": [_told("resume", 5, resumed_body(ack=1, is_complete=True, now_us=NOW_US))],
    "filter": [
        _told("filter", 6, filtered_body(EventFilter(), ack=2, now_us=NOW_US)),
        _told(
            "filter",
            7,
            filtered_body(EventFilter(("task.*",), ("arm-001",), ("t-01",)), ack=3, now_us=NOW_US),
        ),
    ],
    "pong": [_told("pong", 8, pong_body(ack=4, now_us=NOW_US))],
    "err": [_told("err", 9, refusal_body(_UNKNOWN_FIELD, now_us=NOW_US))],
}
