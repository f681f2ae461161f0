"""Stop, halt and reset over REST. A stop goes through whatever its request looks like."""

from __future__ import annotations

import asyncio

import pytest

from lanyard_core.access.scopes import Role
from lanyard_core.faults import RosTimeout, Unavailable
from lanyard_core.port import SafetyReply
from lanyard_core.safety.states import Cause, State, StopKind

STOP = "/api/v1/robots/arm-001/stop"
HALT = "/api/v1/robots/arm-001/halt"
RESET = "/api/v1/robots/arm-001/reset"


async def test_a_stop_is_confirmed_with_the_state_and_the_time_it_took(house):
    answer = await house.call("POST", STOP, json={"reason": "a person in the aisle"})
    assert answer.status_code == 200
    body = answer.json()
    assert (body["confirmed"], body["safety_state"], body["at_rest"]) == (True, "safe_stop", True)
    assert body["confirmed_in_ms"] >= 0
    assert body["safety_rated"] is False
    actor = house.keys[Role.OPERATOR].record.key_id
    assert house.robot.stops == [(StopKind.SAFE_STOP, actor, "a person in the aisle")]


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (b"", {}),
        (b"{", {"Content-Type": "application/json"}),
        (b'{"reason": 7, "raeson": "x"}', {"Content-Type": "application/json"}),
        (b"[" * 5000, {"Content-Type": "application/json"}),
        (b"reason=x", {"Content-Type": "application/x-www-form-urlencoded"}),
        (b"\xff\xfe", {}),
        (b"x" * 70_000, {}),
        (b'{"reason": "\\ud800"}', {"Content-Type": "application/json"}),
    ],
)
async def test_a_stop_is_not_refused_for_its_body(house, content, headers):
    answer = await house.call("POST", STOP, content=content, headers=headers)
    assert answer.status_code == 200, answer.text
    assert len(house.robot.stops) == 1


async def test_a_stop_is_not_refused_for_its_query(house):
    assert (await house.call("POST", f"{STOP}?now=1")).status_code == 200


async def test_a_stop_does_not_wait_for_a_body_that_dribbles_in(house):
    async def body():
        yield b"{"
        await asyncio.sleep(60)

    await asyncio.wait_for(house.call("POST", STOP, content=body()), 10)
    assert len(house.robot.stops) == 1


@pytest.mark.parametrize("role", list(Role))
async def test_every_role_may_stop(house, role):
    assert (await house.call("POST", STOP, role=role)).status_code == 200


async def test_nobody_stops_a_robot_without_a_key(house):
    assert (await house.call("POST", STOP, role=None)).status_code == 401
    assert house.robot.stops == []


@pytest.mark.parametrize(
    "reply",
    [
        RosTimeout("no answer"),
        Unavailable("the control node is not there"),
        SafetyReply(success=False, state=State.ACTIVE, causes=Cause.NONE, message="no"),
    ],
)
async def test_a_stop_that_the_control_node_has_not_confirmed_is_202(house, reply):
    house.robot.stop_reply = reply
    answer = await house.call("POST", STOP)
    assert answer.status_code == 202
    body = answer.json()
    assert (body["confirmed"], body["confirmed_in_ms"], body["at_rest"]) == (False, None, False)


async def test_a_halt_asks_for_the_most_severe_stop(house):
    house.robot.stop_reply = SafetyReply(
        success=True, state=State.HALTED, causes=Cause.HALT_REQUEST, message=""
    )
    answer = await house.call("POST", HALT, role=Role.MAINTAINER)
    assert (answer.status_code, answer.json()["safety_state"]) == (200, "halted")
    assert house.robot.stops[0][0] is StopKind.HALT


async def test_only_those_who_may_reset_may_halt_or_reset(house):
    for path in (HALT, RESET):
        assert (await house.call("POST", path, role=Role.OPERATOR)).status_code == 403
        assert (await house.call("POST", path, role=Role.MAINTAINER)).status_code == 200


async def test_a_reset_that_is_refused_is_409_and_says_what_still_stands(house):
    house.robot.reset_reply = SafetyReply(
        success=False, state=State.HALTED, causes=Cause.STOP_INPUT, message="release the button"
    )
    answer = await house.call("POST", RESET, role=Role.MAINTAINER)
    assert (answer.status_code, answer.json()["code"]) == (409, "precondition_failed")
    assert answer.json()["detail"] == "release the button"
    assert answer.json()["causes"] == ["stop_input"]
    assert answer.json()["safety_state"] == "halted"


@pytest.mark.parametrize(
    ("fault", "status"), [(RosTimeout("no answer"), 504), (Unavailable("not there"), 503)]
)
async def test_a_reset_that_gets_no_answer_says_so(house, fault, status):
    house.robot.reset_reply = fault
    assert (await house.call("POST", RESET, role=Role.MAINTAINER)).status_code == status


async def test_an_unknown_robot_cannot_be_stopped(house):
    answer = await house.call("POST", "/api/v1/robots/arm-009/stop")
    assert answer.status_code == 404
