"""Robots over REST: what is known of them, with units, ages, and null for what is not known."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from lanyard_core.safety.states import Cause, Priority, State
from lanyard_core.telemetry.status import Battery, Joint, Pose, RobotError, Twist

STATUS = "/api/v1/robots/arm-001/status"


@pytest.fixture
def full(robots):
    """arm-001 with everything that a robot can report."""
    robot = robots["arm-001"]
    robot.known = replace(
        robot.known,
        battery=Battery(81.5, 25.1, -3.2, 31.0, charging=False, age_s=0.51),
        joints=(Joint("joint_1", 0.1, 0.0, 1.2, 41.5), Joint("joint_2", 0.2, None, None, None)),
        pose=Pose("map", (1.0, 2.0, 0.0), (0.0, 0.0, 0.0, 1.0)),
        localized=True,
        end_effector_pose=Pose("base_link", (0.4, 0.0, 0.3), (0.0, 0.0, 0.0, 1.0)),
        twist=Twist((0.1, 0.0, 0.0), (0.0, 0.0, 0.2)),
        errors=(RobotError("JOINT_3_HOT", "warning", "hot", "let it cool", 1.7e9, "/diagnostics"),),
        ages_s={"joints": 0.012},
    )
    return robot


async def test_the_status_shows_what_the_seed_asks_for(full, house):
    body = (await house.call("GET", STATUS)).json()
    assert body["battery"] == {
        "percent": 81.5, "voltage_v": 25.1, "current_a": -3.2, "temperature_c": 31.0,
        "charging": False, "age_ms": 510.0,
    }  # fmt: skip
    assert body["joints"][0]["temperature_c"] == 41.5
    assert body["joints"][1]["temperature_c"] is None
    assert body["pose"] == {
        "frame_id": "map", "x_m": 1.0, "y_m": 2.0, "z_m": 0.0,
        "qx": 0.0, "qy": 0.0, "qz": 0.0, "qw": 1.0, "localized": True,
    }  # fmt: skip
    assert body["end_effector_pose"]["position"] == {"x": 0.4, "y": 0.0, "z": 0.3}
    assert body["twist"]["angular"]["z"] == 0.2
    assert body["errors"][0]["code"] == "JOINT_3_HOT"
    assert body["errors"][0]["since"] == "2023-11-14T22:13:20.000Z"
    assert body["current_task"] is None
    assert body["ages_ms"] == {"joints": 12.0}
    assert (body["online"], body["stale"], body["age_ms"]) == (True, False, 20.0)


async def test_no_body_calls_the_safety_state_safety_rated(house):
    body = (await house.call("GET", STATUS)).json()
    assert body["safety"]["safety_rated"] is False


async def test_numbers_that_json_lacks_are_null(full, house):
    full.known = replace(
        full.known,
        battery=Battery(math.nan, math.inf, None, None, charging=False, age_s=math.inf),
        joints=(Joint("joint_1", math.nan, -math.inf, None, None),),
        pose=Pose("map", (math.nan, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0)),
    )
    body = (await house.call("GET", STATUS)).json()
    assert (body["battery"]["percent"], body["battery"]["age_ms"]) == (None, None)
    assert body["joints"][0]["velocity_rad_s"] is None
    assert body["pose"]["x_m"] is None


async def test_a_robot_that_was_never_heard_is_200_and_offline(house):
    answer = await house.call("GET", "/api/v1/robots/amr-002/status")
    assert answer.status_code == 200
    body = answer.json()
    assert (body["online"], body["stale"], body["age_ms"]) == (False, True, None)
    assert (body["safety"]["state"], body["safety"]["reason"]) == ("unknown", "robot_offline")
    assert (body["battery"], body["pose"], body["joints"]) == (None, None, [])


async def test_the_last_state_of_a_robot_that_is_offline_is_not_believed(house):
    house.robot.becomes(State.ACTIVE, online=False, at_rest=True)
    safety = (await house.call("GET", STATUS)).json()["safety"]
    assert (safety["state"], safety["at_rest"]) == ("unknown", False)
    listed = (await house.call("GET", "/api/v1/robots/arm-001")).json()
    assert listed["safety_state"] == "unknown"


async def test_a_stopped_robot_says_why(house):
    house.robot.becomes(
        State.SAFE_STOP, causes=Cause.HEARTBEAT_LOST | Cause.AUTHORITY_LOST, reason="no heartbeat"
    )
    safety = (await house.call("GET", STATUS)).json()["safety"]
    assert (safety["state"], safety["reason"]) == ("safe_stop", "no heartbeat")
    assert safety["causes"] == ["heartbeat_lost", "authority_lost"]


@pytest.mark.parametrize(
    ("session", "priority", "mode"),
    [
        (0, Priority.NOBODY, "auto"),
        (5, Priority.TASK, "auto"),
        (5, Priority.OPERATOR, "teleop"),
        (5, Priority.SUPERVISOR, "teleop"),
        (5, Priority.LOCAL, "manual"),
    ],
)
async def test_the_mode_says_who_may_move_the_robot(house, session, priority, mode):
    house.robot.becomes(State.IDLE, session=session, priority=priority)
    assert (await house.call("GET", STATUS)).json()["mode"] == mode


async def test_the_nonce_of_a_lease_is_shown_to_nobody(house):
    house.robot.becomes(State.ACTIVE, session=123456789, priority=Priority.OPERATOR, holder="joy")
    answer = await house.call("GET", STATUS)
    assert "123456789" not in answer.text
    assert answer.json()["link"]["command_session"] == "joy"


async def test_robots_are_listed_with_what_they_do(house):
    await house.submit()
    await house.until_started()
    await house.submit()
    items = (await house.call("GET", "/api/v1/robots")).json()["items"]
    arm, amr = items
    assert (arm["robot_id"], arm["namespace"], arm["online"]) == ("arm-001", "/arm_001", True)
    assert (arm["safety_state"], arm["queued_tasks"]) == ("ready", 1)
    assert arm["current_task"]["status"] == "running"
    assert (amr["robot_id"], amr["online"], amr["current_task"]) == ("amr-002", False, None)


@pytest.mark.parametrize("path", ["", "/status"])
async def test_an_unknown_robot_is_404_and_says_where_the_known_ones_are(house, path):
    answer = await house.call("GET", f"/api/v1/robots/arm-009{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert "/api/v1/robots" in answer.json()["detail"]


async def test_the_direct_route_refuses_as_any_other_does(house):
    asked = await house.call("GET", f"{STATUS}?joint=1")
    assert (asked.status_code, asked.json()["errors"][0]["field"]) == (422, "joint")
    posted = await house.call("POST", STATUS)
    assert (posted.status_code, posted.headers["allow"]) == (405, "GET")
    bare = await house.client.get(STATUS)
    assert (bare.status_code, bare.json()["code"]) == (401, "unauthenticated")


async def test_the_document_shows_the_direct_route_with_its_parameter(house):
    document = (await house.call("GET", "/openapi.json")).json()
    route = document["paths"]["/api/v1/robots/{robot_id}/status"]["get"]
    assert [each["name"] for each in route["parameters"]] == ["robot_id"]
    assert "RobotStatusObject" in str(route["responses"]["200"])
