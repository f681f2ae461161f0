from dataclasses import replace

from lanyard_core.safety.states import Cause, State
from lanyard_core.telemetry.sample import sample
from lanyard_core.telemetry.status import (
    UNKNOWN_SAFETY,
    Battery,
    Camera,
    Joint,
    Pose,
    RobotError,
    RobotStatus,
    Twist,
)
from lanyard_core.telemetry.subscription import PARTS

POSE = Pose("map", (1.0, 2.0, 0.0), (0.0, 0.0, 0.0, 1.0))
FULL = RobotStatus(
    robot_id="arm-001",
    online=True,
    age_s=0.01,
    battery=Battery(81.5, 25.1, -3.2, 31.0, charging=False, age_s=0.5),
    joints=(
        Joint("joint_1", 0.1, 0.2, 1.2, 41.5),
        Joint("joint_2", 0.3, None, None, None),
    ),
    pose=POSE,
    localized=True,
    end_effector_pose=replace(POSE, frame_id="base_link"),
    twist=Twist((0.1, 0.0, 0.0)),
    cameras=(
        Camera("camera", "lens", 640, 480, "camera/image_raw", 30.0, 0.2, "rgb8", 1.8e9, True),
    ),
    errors=(RobotError("HOT", "warning", "joint 1 is hot", "let it rest", 1.8e9, "/diagnostics"),),
    safety=replace(UNKNOWN_SAFETY, state=State.ACTIVE, since_unix_s=1.8e9, holder="key:me"),
    ages_s={"joints": 0.0124, "end_effector_pose": 0.02, "battery": 0.51, "safety": 0.1},
)


def made(status=FULL, parts=PARTS, task=None):
    return sample(status, parts, now_us=7, task=task)


def test_a_sample_has_every_part_that_was_asked_for_and_no_other():
    assert set(made()) == {"ts_us", "robot_id", "online", "ages_ms", *PARTS}
    assert set(made(parts=("pose",))) == {"ts_us", "robot_id", "online", "ages_ms", "pose"}


def test_joints_are_told_in_lists_of_one_order():
    assert made()["joint_state"] == {
        "name": ["joint_1", "joint_2"],
        "position": [0.1, 0.3],
        "velocity": [0.2, None],
        "effort": [1.2, None],
        "temperature_c": [41.5, None],
    }


def test_poses_name_their_frame():
    body = made()
    assert body["pose"]["frame_id"] == "map"
    assert body["pose"]["localized"] is True
    assert body["ee_pose"]["position"] == {"x": 1.0, "y": 2.0, "z": 0.0}


def test_each_part_that_was_heard_has_an_age_under_its_own_name():
    assert made()["ages_ms"] == {"joint_state": 12, "ee_pose": 20, "battery": 510, "safety": 100}


def test_a_part_that_was_never_heard_is_null_and_has_no_age():
    body = made(RobotStatus("arm-001", online=False, age_s=None))
    never = [part for part in PARTS if body[part] is None]
    assert never == ["joint_state", "ee_pose", "pose", "twist", "battery", "task", "gps"]
    assert (body["cameras"], body["errors"], body["ages_ms"]) == ([], [], {})


def test_the_state_of_a_robot_that_is_offline_is_unknown():
    safety = made(replace(FULL, online=False))["safety"]
    assert (safety["state"], safety["reason"]) == ("unknown", "robot_offline")
    assert safety["at_rest"] is False


def test_the_safety_part_says_state_causes_and_that_it_is_not_safety_rated():
    stopped = replace(FULL.safety, state=State.SAFE_STOP, causes=Cause.LIMIT, reason="why")
    safety = made(replace(FULL, safety=stopped))["safety"]
    assert (safety["state"], safety["causes"], safety["reason"]) == ("safe_stop", ["limit"], "why")
    assert safety["safety_rated"] is False


def test_the_task_is_passed_on():
    assert made(task={"task_id": "t-1"})["task"] == {"task_id": "t-1"}


def test_a_camera_is_told_with_all_that_is_known_of_it():
    assert made()["cameras"] == [
        {
            "id": "camera",
            "frame_id": "lens",
            "width": 640,
            "height": 480,
            "encoding": "rgb8",
            "fps": 30.0,
            "stamp_us": 1_800_000_000_000_000,
            "topic": "camera/image_raw",
            "info_ok": True,
        }
    ]
