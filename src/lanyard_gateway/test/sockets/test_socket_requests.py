"""What a command socket asks of its robot: nothing lost, nothing in the wrong order."""

import asyncio
import logging

import pytest

from lanyard_core.faults import RosTimeout
from lanyard_core.port import SafetyReply
from lanyard_core.safety.states import Cause, State
from lanyard_core.stream.effects import StopRobot
from lanyard_gateway.web.socket_requests import RobotRequests


class SlowRobot:
    """Answers when the test says so."""

    def __init__(self):
        self.calls = []
        self.gate = asyncio.Event()
        self.fault = None

    async def _call(self, *what):
        self.calls.append(what)
        await self.gate.wait()
        if self.fault is not None:
            raise self.fault
        return SafetyReply(True, State.IDLE, Cause.NONE, "")

    async def request_stop(self, *, kind, actor, reason):
        return await self._call("stop", actor, reason)

    async def release_lease(self, session):
        await self._call("release", session)

    async def arm(self, session, *, arm):
        return await self._call("arm", session)

    async def reset(self, *, request_id, actor, may_reset_severe):
        return await self._call("reset", request_id, may_reset_severe)


@pytest.fixture
async def robot():
    return SlowRobot()


@pytest.fixture
async def requests(robot):
    return RobotRequests(robot, session=7, actor="me", log=lambda *_: None)


async def turns():
    for _ in range(5):
        await asyncio.sleep(0)


async def test_of_many_stops_one_is_under_way_and_the_newest_follows(robot, requests):
    for number in range(100):
        requests.stop(StopRobot("client_stop", f"no. {number}"))
        await turns()
    assert robot.calls == [("stop", "me", "client_stop: no. 0")]
    robot.gate.set()
    await requests.finish()
    assert robot.calls[1:] == [("stop", "me", "client_stop: no. 99")]


async def test_a_stop_after_the_last_was_answered_is_asked_for_again(robot, requests):
    robot.gate.set()
    for _ in range(2):
        requests.stop(StopRobot("disconnected"))
        await requests.finish()
    assert robot.calls == [("stop", "me", "disconnected")] * 2


async def test_the_lease_is_given_back_after_the_stop(robot, requests):
    requests.stop(StopRobot("disconnected"))
    requests.release()
    await turns()
    assert [call[0] for call in robot.calls] == ["stop"]
    robot.gate.set()
    await requests.finish()
    assert [call[0] for call in robot.calls] == ["stop", "release"]


async def test_a_stop_that_is_not_answered_does_not_keep_the_lease(robot, requests, caplog):
    robot.fault = RosTimeout("the control node did not answer")
    robot.gate.set()
    requests.stop(StopRobot("disconnected"))
    requests.release()
    with caplog.at_level(logging.WARNING):
        await requests.finish()
    assert [call[0] for call in robot.calls] == ["stop", "release"]
    assert "did not answer" in caplog.text


async def test_an_answer_is_handed_on(robot, requests):
    answers = []
    requests.arm(lambda success, message: answers.append((success, message)))
    robot.gate.set()
    await requests.finish()
    assert answers == [(True, "")]


async def test_a_fault_is_handed_on_as_a_refusal(robot, requests):
    answers = []
    robot.fault = RosTimeout("the control node did not answer")
    robot.gate.set()
    requests.reset(lambda *answer: answers.append(answer), may_reset_severe=False)
    await requests.finish()
    assert answers == [(False, "the control node did not answer")]


async def test_every_reset_has_a_request_id_of_its_own(robot, requests):
    robot.gate.set()
    for _ in range(20):
        requests.reset(lambda *_: None, may_reset_severe=True)
    await requests.finish()
    ids = {call[1] for call in robot.calls}
    assert len(ids) == 20
    assert all(0 < request_id < 2**64 for request_id in ids)


async def test_a_robot_that_raises_nonsense_is_logged_and_nothing_else(robot, requests, caplog):
    robot.fault = ZeroDivisionError()
    robot.gate.set()
    requests.release()
    await requests.finish()
    assert "ZeroDivisionError" in caplog.text
